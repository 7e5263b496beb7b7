"""What an earlier commit held of the specs of now."""

import posixpath
from functools import cache
from hashlib import sha256

from satops.adapters.files.commit_files import CommitFiles
from satops.adapters.git_command import TIMEOUT_S, Git
from satops.api.repository import Repository
from satops.api.specs import spec_tree
from satops.core.plan.plan import Action, Plan
from satops.core.spec.spec import Spec
from satops.errors import StoreUnreachable, UsageError


class Earlier:
    """A commit of the repository.  Raises `UsageError` where there is none of that name."""

    def __init__(self, opened: Repository, ref: str) -> None:
        self._opened = opened
        self._ref = ref
        self._git = Git(opened.root, TIMEOUT_S)
        if not ref or ref.startswith("-") or ":" in ref or not self._is_there():
            raise UsageError(
                f"{ref!r} is no commit of this repository. In CI it may not have been fetched: "
                "fetch the whole history."
            )
        self.digest = cache(self._read_digest)
        """Returns the SHA-256 of a file by its path from the root; None where it is not there."""

    def holds(self, spec: Spec) -> bool:
        """Tell whether the commit has a spec, and what it refers to, byte for byte."""
        source = spec.source
        folder = posixpath.dirname(source.file)
        return self.digest(source.file) == source.sha256 and all(
            self.digest(posixpath.join(folder, it.ref)) == it.sha256 for it in source.includes
        )

    def waiting(self, plan: Plan) -> frozenset[str]:
        """Return the names of orders to create that the commit asked for alike.

        In a file that has changed since, specs are held against each other one by one.
        """
        alike, open_ = set(), list[Action]()
        for action in plan.creates:
            if action.spec is not None and self.holds(action.spec):
                alike.add(action.name)
            else:
                open_.append(action)
        files = {action.spec.source.file for action in open_ if action.spec is not None}
        if files:
            there = CommitFiles(self._git, self._ref, files)
            specs = spec_tree(self._opened, files=there).read().specs
            before = {spec.name: _asked(spec) for spec in specs}
            alike |= {it.name for it in open_ if it.spec and before.get(it.name) == _asked(it.spec)}
        return frozenset(alike)

    def _is_there(self) -> bool:
        try:
            return self._git.attempt("cat-file", "-e", f"{self._ref}^{{commit}}").ok
        except StoreUnreachable as error:
            raise UsageError(f"{self._ref!r} cannot be looked for. {error}") from None

    def _read_digest(self, path: str) -> str | None:
        found = self._git.file_at(self._ref, posixpath.normpath(path))
        return sha256(found.out).hexdigest() if found.ok else None


def _asked(spec: Spec) -> tuple[object, ...]:
    return spec.order.digest, spec.labels, frozenset(spec.acknowledge), spec.supersedes
