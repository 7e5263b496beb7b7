"""Ask git for the commit of a spec, and whether the spec's bytes equal the commit's."""

import posixpath
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

from satops.adapters.files.plain_file import read_plain
from satops.adapters.git_command import TIMEOUT_S, Git
from satops.core.spec.spec import Spec
from satops.errors import StoreUnreachable

_SETS_MAX = 1_000
"""Number of file sets whose last commit is looked up; the rest get None."""
_BYTES_MAX = 64 * 1024 * 1024


class History:
    """The git history of a repository.  A value that git cannot tell is None."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._git = Git(root, TIMEOUT_S)
        self._last, self._is_whole = cache(self._ask_last), cache(self._ask_whole)
        self._sets: set[tuple[str, ...]] = set()

    def commit_of(self, spec: Spec) -> str | None:
        """Return the last commit that changed a spec or a file that it refers to.

        None outside of git, in a shallow clone, and for files that were never committed.
        """
        paths = tuple(sorted(files_of(spec)))
        self._sets.add(paths)
        if len(self._sets) > _SETS_MAX or not self._is_whole():
            return None
        return self._last(paths)

    def merged_at(self, spec: Spec) -> datetime | None:
        """Return when the present content of a spec and its files came to this branch; UTC.

        None if `commit_of` is None.
        """
        if self.commit_of(spec) is None:
            return None
        named = [f"{self._git.checkout.prefix}{path}" for path in sorted(files_of(spec))]
        asked = self._git.attempt(
            "--literal-pathspecs", "log", "-1", "--first-parent", "-m", "--format=%ct", "HEAD",
            "--", *named,
        )  # fmt: skip
        return datetime.fromtimestamp(int(asked.text), UTC) if asked.text.isdecimal() else None

    def committed(self, specs: Iterable[Spec]) -> Mapping[str, bool] | None:
        """Tell by name whether the bytes of specs and their files equal HEAD's.

        git's clean filters, for example for line ends, are applied.  None if git cannot tell.
        """
        wanted = {spec.name: files_of(spec) for spec in specs}
        digests = {path: digest for files in wanted.values() for path, digest in files.items()}
        try:
            same = self._same(digests)
        except StoreUnreachable:
            return None
        return {name: all(same[path] for path in files) for name, files in wanted.items()}

    def is_in(self, branch: str) -> bool | None:
        """Tell whether `origin/BRANCH` contains HEAD; None if git cannot tell."""
        ref = f"refs/remotes/origin/{branch}"
        try:
            asked = self._git.attempt("merge-base", "--is-ancestor", "HEAD", ref)
        except StoreUnreachable:
            return None
        return {0: True, 1: False}.get(asked.code if asked.code is not None else -1)

    def _ask_whole(self) -> bool:
        try:
            return self._git.attempt("rev-parse", "--is-shallow-repository").text == "false"
        except StoreUnreachable:
            return False

    def _ask_last(self, paths: tuple[str, ...]) -> str | None:
        named = [f"{self._git.checkout.prefix}{path}" for path in paths]
        asked = self._git.attempt(
            "--literal-pathspecs", "log", "-1", "--format=%H", "HEAD", "--", *named
        )
        return asked.text or None if asked.ok else None

    def _same(self, digests: Mapping[str, str]) -> dict[str, bool]:
        held = self._held()
        prefix = self._git.checkout.prefix
        there = [path for path in digests if f"{prefix}{path}" in held and "\n" not in path]
        read = {path: read_plain(str(self._root / path), _BYTES_MAX) for path in there}
        there = [
            path
            for path in there
            if isinstance(found := read[path], bytes) and sha256(found).hexdigest() == digests[path]
        ]
        names = "".join(f"{prefix}{path}\n" for path in there)
        ids = self._git.run("hash-object", "--stdin-paths", stdin=names.encode()).split()
        if len(ids) != len(there):
            raise StoreUnreachable("git did not hash every file.")
        alike = {path for path, blob in zip(there, ids, strict=True) if held[prefix + path] == blob}
        return {path: path in alike for path in digests}

    def _held(self) -> dict[str, str]:
        """Return path and blob of every file of HEAD."""
        listed = self._git.run("ls-tree", "-r", "-z", "--full-tree", "HEAD")
        lines = (line.partition("\t") for line in listed.split("\0") if line)
        return {path: facts.split()[2] for facts, _, path in lines}


def files_of(spec: Spec) -> dict[str, str]:
    """Return path (from the root) and SHA-256 of a spec and of the files that it refers to."""
    source = spec.source
    folder = posixpath.dirname(source.file)
    return {source.file: source.sha256} | {
        posixpath.normpath(posixpath.join(folder, it.ref)): it.sha256 for it in source.includes
    }
