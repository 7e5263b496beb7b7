"""What plans keep between runs: the last plan, and the files that were read without a problem.

See `adapters.plan_memory` and `adapters.spec_memory`.  Both hold under rules with one digest.
"""

import posixpath
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

from satops.adapters.files.file_digests import FileDigests
from satops.adapters.files.plan_memory import TreeDigest, remember, rules_digest
from satops.adapters.files.sealed import machine_key
from satops.api.repository import Repository
from satops.core.ledger.state import LedgerState, may_be_bought
from satops.core.plan.config import Config
from satops.core.plan.plan import ActionKind, Plan
from satops.core.problem import Problem
from satops.ports import HashedFile, LedgerStore, OrderFiles, SourceFile

if TYPE_CHECKING:
    from satops.adapters.files.snapshot import Fold
    from satops.workflow.validate import SpecMemory

Remember = Callable[[Sequence[bytes]], None]
"""Keeps the JSON of a plan."""
_TIMELESS = frozenset({ActionKind.KEEP, ActionKind.RETIRED})
_FILE = "file:"


class Watched:
    """Keeps the promises of `ports.OrderFiles` for a tree, and notes all that is read of it."""

    def __init__(self, files: OrderFiles) -> None:
        self.tree = TreeDigest()
        self.includes: dict[str, str] = {}
        """SHA-256 of what was included, by its path from the root."""
        self.whole = True
        """Whether nothing was in the way of reading it."""
        self._files = files

    def walk(self) -> Iterator[SourceFile | HashedFile | Problem]:
        """Yield what is there."""
        for found in self._files.walk():
            if isinstance(found, Problem):
                self.whole = False
            else:
                self.tree.add(found.path, found.sha256)
            yield found

    def include(self, spec_file: str, ref: str) -> tuple[bytes, str] | str:
        """Read what a spec refers to."""
        read = self._files.include(spec_file, ref)
        if isinstance(read, str):
            self.whole = False
        else:
            self.includes[posixpath.normpath(f"{posixpath.dirname(spec_file)}/{ref}")] = read[1]
        return read


def fold_ledger(opened: Repository, store: LedgerStore, digests: FileDigests) -> "Fold":
    """Return the fold of the ledger; a ledger in a file that is what it was is not read again.

    Raises `LedgerMissing`, `LedgerCorrupt` and `StoreUnreachable`.
    """
    from satops.adapters.files.snapshot import SnapshotFile

    snapshots = SnapshotFile(opened.cache / "ledger.snapshot", machine_key(opened.environ))
    path = opened.config.state.removeprefix(_FILE)
    if store.address != f"{_FILE}{opened.root / path}":
        return snapshots.read(store)
    try:
        status = (opened.root / path).lstat()
    except OSError:
        return snapshots.read(store)
    known = digests.known(path, status)
    fold = snapshots.read(store, known)
    if known is None and fold.bytes == status.st_size:
        digests.note(path, status, fold.sha256)
    return fold


def memory_of(plan: Plan, opened: Repository, tree: Watched, ledger_sha256: str) -> Remember | None:
    """Return what keeps a plan's JSON; None for a plan that the next one may differ from.

    Time changes nothing where everything is bought and nothing is open, and no check is asked.
    """
    state = opened.config.state
    if (
        not state.startswith(_FILE)
        or not tree.whole
        or plan.ledger_head is None
        or plan.problems
        or plan.refusals
        or any(action.kind not in _TIMELESS for action in plan.actions)
    ):
        return None

    def keep(report: Sequence[bytes]) -> None:
        remember(
            str(opened.root),
            opened.environ,
            config_sha256=opened.config.digest,
            orders=posixpath.normpath(opened.config.orders),
            tree=tree.tree.text(),
            includes=tree.includes,
            ledger=state.removeprefix(_FILE),
            ledger_sha256=ledger_sha256,
            report=report,
        )

    return keep


def spec_memory(opened: Repository, files: OrderFiles, state: LedgerState) -> "SpecMemory | None":
    """Return what remembers the files of a tree; None where nothing can be sealed or trusted.

    Its rules are those of the repository as it stands: not those of another commit.
    """
    key = machine_key(opened.environ)
    if key is None:
        return None
    from satops.adapters.files.order_files import OrderTree
    from satops.adapters.files.spec_memory import SpecMemoryFile

    named = OrderTree(opened.root, ".")
    parts = [rules_digest(opened.config.digest, opened.environ)]
    for path in _rule_files(opened.config):
        digest = included(named, "satops.yaml", path)
        if digest is None:
            return None
        parts.append(digest)
    rules = sha256("\n".join(parts).encode()).hexdigest()
    return SpecMemoryFile(
        opened.cache / "specs",
        key,
        rules,
        included=lambda file, ref: included(files, file, ref),
        checked=lambda spec: may_be_bought(state.orders.get(spec.name)),
    )


def _rule_files(config: Config) -> list[str]:
    """Return the paths of the files that the configuration names, and that checks read."""
    named = (config.allowed, config.forbidden, config.modes)
    return [path for path in named if path is not None]


def included(files: OrderFiles, spec_file: str, ref: str) -> str | None:
    """Return the SHA-256 of a file that a spec refers to; None where it cannot be read."""
    read = files.include(spec_file, ref)
    return None if isinstance(read, str) else read[1]
