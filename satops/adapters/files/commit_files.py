"""Read order specs of a git commit, and the files that they refer to."""

import posixpath
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import sha256

from satops.adapters.git_command import Git
from satops.core.problem import Problem
from satops.errors import StoreUnreachable
from satops.ports import SourceFile

_PATHS_MAX = 500
"""Paths in one command; the system limits its length."""


class Commit:
    """Reads files of a commit, each once, and many in one call of git.

    A file that git cannot read counts as missing.
    """

    def __init__(self, git: Git, ref: str) -> None:
        self._git = git
        self._ref = ref
        self._read: dict[str, bytes | None] = {}

    def read(self, paths: Iterable[str]) -> None:
        """Read files by their paths from the folder, in two calls of git."""
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
        """Return the bytes of a file; None if missing."""
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
    """Implements `ports.OrderFiles` for a commit, for the given paths only.

    A path that the commit lacks is skipped.
    """

    def __init__(self, commit: Commit, paths: Iterable[str]) -> None:
        self._commit = commit
        self._paths = sorted(set(paths))

    def walk(self) -> Iterator[SourceFile | Problem]:
        """Yield the specs that the commit holds at the paths."""
        self._commit.read(self._paths)
        for path in self._paths:
            content = self._commit.content(path)
            if content is not None:
                yield SourceFile(path, content, sha256(content).hexdigest())

    def include(self, spec_file: str, ref: str) -> tuple[bytes, str] | str:
        """Return the bytes and SHA-256 of a file that a spec refers to, or that it is missing."""
        path = posixpath.normpath(posixpath.join(posixpath.dirname(spec_file), ref))
        if path.startswith(("../", "/")):
            return f"The path {ref} leaves the repository"
        content = self._commit.content(path)
        if content is None:
            return f"The commit that it is compared with has no file {path}"
        return content, sha256(content).hexdigest()
