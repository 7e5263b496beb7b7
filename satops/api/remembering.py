"""Keeping the last plan, where the next one may be the same: see `adapters.plan_memory`."""

import posixpath
from collections.abc import Callable, Iterator, Sequence

from satops.adapters.plan_memory import TreeDigest, remember
from satops.api.repository import Repository
from satops.core.plan import ActionKind, Plan
from satops.core.problem import Problem
from satops.ports import OrderFiles, SourceFile

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

    def walk(self) -> Iterator[SourceFile | Problem]:
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
            tree=tree.tree.hexdigest(),
            includes=tree.includes,
            ledger=state.removeprefix(_FILE),
            ledger_sha256=ledger_sha256,
            report=report,
        )

    return keep
