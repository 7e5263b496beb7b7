"""The files of a git commit: some order specs as it holds them, and what they refer to."""

import posixpath
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import sha256

from satops.adapters.git_command import Git
from satops.core.problem import Problem
from satops.errors import StoreUnreachable
from satops.ports import SourceFile

_PATHS_MAX = 500
"""In one command; the system limits its length."""


class Commit:
    """Reads files of a commit, each once; those that are named together are read together.

    A file that git cannot read counts as one that is not there.
    """

    def __init__(self, git: Git, ref: str) -> None:
        self._git = git
        self._ref = ref
        self._read: dict[str, bytes | None] = {}

    def read(self, paths: Iterable[str]) -> None:
        """Read files by their paths from the folder, in two commands for all that are there."""
        wanted = [path for path in dict.fromkeys(paths) if path not in self._read]
        for first in range(0, len(wanted), _PATHS_MAX):
            some = wanted[first : first + _PATHS_MAX]
            self._read |= dict.fromkeys(some)
            inside = {
                f"{self._git.checkout.prefix}{path}": path
                for path in some
                if not path.startswith(("../", "/"))
            }
            with suppress(StoreUnreachable):
                self._read_blobs(inside)

    def content(self, path: str) -> bytes | None:
        """Return the bytes of a file; None where it is not there."""
        path = posixpath.normpath(path)
        self.read([path])
        return self._read[path]

    def _read_blobs(self, inside: dict[str, str]) -> None:
        if not inside:
            return
        listed = self._git.attempt("ls-tree", "-z", "--full-tree", self._ref, "--", *inside)
        blobs = {}
        for entry in listed.out.decode("utf-8", "surrogateescape").split("\0"):
            facts, _, path = entry.partition("\t")
            if path in inside and facts.split()[1] == "blob":
                blobs[inside[path]] = facts.split()[2]
        if blobs:
            self._read |= zip(blobs, self._git.blobs(blobs.values()), strict=True)


class CommitFiles:
    """Keeps the promises of `ports.OrderFiles` for a commit, and walks the given paths alone.

    A path that the commit lacks is passed over.
    """

    def __init__(self, commit: Commit, paths: Iterable[str]) -> None:
        self._commit = commit
        self._paths = sorted(set(paths))

    def walk(self) -> Iterator[SourceFile | Problem]:
        """Yield the specs that the commit holds under the paths."""
        self._commit.read(self._paths)
        for path in self._paths:
            content = self._commit.content(path)
            if content is not None:
                yield SourceFile(path, content, sha256(content).hexdigest())

    def include(self, spec_file: str, ref: str) -> tuple[bytes, str] | str:
        """Return the bytes and SHA-256 of what a spec refers to, or that it is not there."""
        path = posixpath.normpath(posixpath.join(posixpath.dirname(spec_file), ref))
        if path.startswith(("../", "/")):
            return f"The path {ref} leaves the repository"
        content = self._commit.content(path)
        if content is None:
            return f"The commit that it is compared with has no file {path}"
        return content, sha256(content).hexdigest()
