"""Find the commits and pull requests of the orders to buy, and check them against `buy`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct, field

from satops.core.plan.config import BuyConfig
from satops.core.plan.origin import Provenance
from satops.core.plan.plan import Action
from satops.core.plan.wait import Wait
from satops.core.spec.spec import Spec
from satops.core.words import listed
from satops.errors import Refused
from satops.ports import History

_NAMES_MAX = 5
PullRequests = Mapping[str, tuple[str | None, tuple[str, ...] | None]]
"""Commit to its pull request and the people who approved it."""


class Origins(Struct):
    """The provenance of one run's orders, from git and the forge."""

    history: History
    buy: BuyConfig
    pull_requests: PullRequests = field(default_factory=dict)
    """From the forge."""
    why_not: str = ""
    """Why the forge gave no answer, as a sentence; empty if it was not asked."""
    found: dict[str, Provenance] = field(default_factory=dict)
    """Provenance of each order that `require` allowed, by name."""

    def require(self, creates: Iterable[Action], tell: Callable[[str], None]) -> None:
        """Find the provenance of orders.

        Raises `Refused` if `buy` in satops.yaml does not allow it.
        """
        specs = _specs(creates)
        committed = self.history.committed(specs)
        self._require_source(specs, committed)
        if self.why_not:
            tell(f"{self.why_not} Pull requests and approvals are not recorded.")
        for spec in specs:
            commit = self.history.commit_of(spec)
            pull_request, approvals = self.pull_requests.get(commit or "", (None, None))
            self.found[spec.name] = Provenance(
                commit, None if committed is None else committed[spec.name], pull_request, approvals
            )

    def _require_source(self, specs: Sequence[Spec], committed: Mapping[str, bool] | None) -> None:
        buy = self.buy
        if buy.committed and committed is None:
            raise _refused("git cannot tell whether the specs are those of a commit")
        if buy.committed and committed is not None:
            dirty = [spec.name for spec in specs if not committed[spec.name]]
            if dirty:
                raise _refused(
                    f"{listed(dirty, _NAMES_MAX)}: the spec, or a file that it refers "
                    "to, differs from the commit that is checked out"
                )
        if buy.branch is not None:
            inside = self.history.is_in(buy.branch)
            if inside is None:
                raise _refused(
                    f"git cannot tell whether this commit is in origin/{buy.branch}; fetch that "
                    "branch"
                )
            if not inside:
                raise _refused(f"the commit that is checked out is not in origin/{buy.branch}")


def commits(history: History, creates: Iterable[Action]) -> list[str]:
    """Return the commits of the orders to buy, each once."""
    found = map(history.commit_of, _specs(creates))
    return sorted({commit for commit in found if commit is not None})


def waits(history: History, creates: Iterable[Action], now: datetime, limit_h: float) -> list[Wait]:
    """Return how long each order to buy has waited since its merge."""
    found = []
    for spec in _specs(creates):
        merged = history.merged_at(spec)
        hours = None if merged is None else (now - merged).total_seconds() / 3600
        found.append(Wait(spec.name, hours, limit_h))
    return found


def _specs(creates: Iterable[Action]) -> list[Spec]:
    return [action.spec for action in creates if action.spec is not None]


def _refused(why: str) -> Refused:
    return Refused(
        f"`buy` in satops.yaml allows only what was merged: {why}. Nothing was sent. Merge the "
        "change, and let the workflow buy it."
    )
