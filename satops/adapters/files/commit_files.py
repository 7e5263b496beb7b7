"""Some order specs as a git commit holds them, and the files that they refer to."""

import posixpath
from collections.abc import Iterable, Iterator
from hashlib import sha256

from satops.adapters.git_command import Git
from satops.core.problem import Problem
from satops.ports import SourceFile


class CommitFiles:
    """Keeps the promises of `ports.OrderFiles` for a commit, and walks the given paths alone.

    A path that the commit lacks is passed over.
    """

    def __init__(self, git: Git, ref: str, paths: Iterable[str]) -> None:
        self._git = git
        self._ref = ref
        self._paths = sorted(set(paths))

    def walk(self) -> Iterator[SourceFile | Problem]:
        """Yield the specs that the commit holds under the paths."""
        for path in self._paths:
            found = self._git.file_at(self._ref, path)
            if found.ok:
                yield SourceFile(path, found.out, sha256(found.out).hexdigest())

    def include(self, spec_file: str, ref: str) -> tuple[bytes, str] | str:
        """Return the bytes and SHA-256 of what a spec refers to, or that it is not there."""
        path = posixpath.normpath(posixpath.join(posixpath.dirname(spec_file), ref))
        if path.startswith(("../", "/")):
            return f"The path {ref} leaves the repository"
        found = self._git.file_at(self._ref, path)
        if not found.ok:
            return f"The commit {self._ref} has no file {path}"
        return found.out, sha256(found.out).hexdigest()
