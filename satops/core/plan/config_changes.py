"""Report a change of `satops.yaml` or of a file that it names."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from satops.core.plan.address import normal_address, state_for
from satops.core.plan.changes import Change
from satops.core.plan.checks import CONFIG_CHANGED
from satops.core.plan.config import SANDBOX, Config
from satops.core.problem import Problem, Severity

_MOST_NAMED = 8


class NewMarketplace(Struct, frozen=True):
    """A change of the marketplace, to which orders go after the merge."""

    before: str
    """Normal form of the old address, or `sandbox`."""
    after: str
    state: str
    """Address of the ledger that `after` needs; empty if there is no default name."""
    orders: int
    """Number of orders in the tree: a new ledger would hold none of them."""


def new_marketplace(base: Config, head: Config, orders: int) -> NewMarketplace | None:
    """Return the new marketplace of a change; None if it stays the same.

    `orders` is the number of orders in the tree.
    """
    before, after = (normal_address(config.marketplace.url) for config in (base, head))
    if before == after:
        return None
    state = head.state
    if state == base.state:
        state = "" if after == SANDBOX else state_for(state, after)
    return NewMarketplace(before, after, state, orders)


def config_problem(
    changes: Sequence[Change], severities: Mapping[str, Severity], *, file: str, ref: str
) -> Problem | None:
    """Return a problem if the configuration differs from that of `ref`.

    `severities` are those of `ref`, so that a change cannot silence its own warning.
    """
    if not changes:
        return None
    names = ", ".join(change.field for change in changes[:_MOST_NAMED])
    more = len(changes) - _MOST_NAMED
    words = (
        f"{names}{f' and {more:,} more' if more > 0 else ''}: changed since {ref}. This file, and "
        "the files that it names, decide where orders and the token go, where the ledger is, and "
        "what may be bought. This plan reads the ledger, the limits and the severities as they are "
        "there; what is here rules once it is merged. Let an owner of the file approve it."
    )
    severity = severities.get(CONFIG_CHANGED.code)
    return CONFIG_CHANGED.finding((), words).problem(file, (1, 1), severity=severity)
