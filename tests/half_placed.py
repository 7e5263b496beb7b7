"""A series that is half placed, and the team that has placed it."""

import copy
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from satops.core.ledger.kept import KeptSpecs
from satops.core.plan.plan import Plan
from satops.workflow.validate import Tree
from tests.core.checks.making import rules
from tests.series import Repository, ports, series
from tests.simulation.world import World
from tests.workflow.team import Team

START = World(0).start
"""The clock of the team at the beginning."""
MONTHS = [f"{(START.replace(day=1) + timedelta(days=31 * n)):%Y-%m}" for n in range(3, 15)]
"""Months that are yet to come."""
FIRST = f"{MONTHS[0]}/{MONTHS[2]}"
HALF = 6
"""Placed: both ports, two of three months, but not the last sensor of the second port."""


class Always:
    """Rules that never change."""

    def rules(self) -> Any:
        """Return them."""
        return rules(region=[-180, -90, 180, 90])


class Changed:
    """A repository in memory whose series is edited."""

    def __init__(self) -> None:
        self.document: dict[str, Any] = series(12, FIRST)
        self.aois = {"ports": ports("sgp", "kul")}
        self.more: list[dict[str, Any]] = []

    def copy(self) -> "Changed":
        """Return one to be edited further."""
        return copy.deepcopy(self)

    @property
    def each(self) -> dict[str, Any]:
        """The axes."""
        each: dict[str, Any] = self.document["each"]
        return each

    def set(self, **fields: Any) -> None:
        """Set fields of the document."""
        self.document |= fields

    def repository(self) -> Repository:
        """Return the files."""
        documents = [self.document, *self.more] if self.document else self.more
        return Repository(self.aois, *documents)


class Buying(Team):
    """A team whose plans hold the orders against each other and the ledger."""

    def __init__(self) -> None:
        super().__init__()
        self.rules = Always()
        self.config = replace(self.config, timezone=self.config.marketplace.timezone)

    def tree(self, changed: Changed) -> Tree:
        """Read a repository as apply does."""
        return changed.repository().tree(kept=KeptSpecs(self.state(), "UTC"))

    def plan_of(self, changed: Changed) -> Plan:
        """Plan without buying."""
        return self.plan(tree=self.tree(changed))

    def buy(self, changed: Changed, *names: str) -> int:
        """Apply; return how many orders the marketplace has stored."""
        before = len(self.shop.requests)
        self.apply(tree=self.tree(changed), narrow=names)
        return len(self.shop.requests) - before


def half() -> tuple[Buying, Changed]:
    """Return a team that has placed a half of the first three months."""
    team, changed = Buying(), Changed()
    names = [
        f"ports.{key}.{month}.{sensor}"
        for key, sensor in (("sgp", "sar"), ("sgp", "optical"), ("kul", "sar"))
        for month in MONTHS[:2]
    ]
    assert team.buy(changed, *names) == HALF
    return team, changed
