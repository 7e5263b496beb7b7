"""All checks, collected from their declarations in core and in the offer.

The only source for findings, `satops explain` and docs/checks.md.  A check declared in one of the
modules below, or in one that the offer names, is included automatically.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING

from satops.core.check import SUBJECTS, Check, Run, When
from satops.core.checks import across, labels, location, shape, window
from satops.core.finding import Finding
from satops.core.geometry import checks as geometry
from satops.core.loading import checks as loading
from satops.core.order import dates
from satops.core.plan import checks as plan
from satops.core.spec import checks as spec
from satops.core.spec import series_checks as series

if TYPE_CHECKING:
    from satops.core.offer import Offer

_MODULES = (shape, location, window, labels, across, geometry, loading, dates, plan, spec, series)
_TABLES = (loading.CHECKS, spec.CHECKS)


class Catalogue:
    """All checks of a repository's orders: those of core and of its offer."""

    def __init__(self, own: Sequence[ModuleType] = ()) -> None:
        """`own` are the offer's modules with checks."""
        modules = (*_MODULES, *own)
        self.runs: tuple[Run, ...] = tuple(
            dict.fromkeys(run for module in modules for run in _runs(module))
        )
        """All functions that check specs, in the order of their runs."""
        self.checks = _by_code(modules)
        """All checks by code, in the order of the docs."""

    def times_of(self, code: str) -> frozenset[When]:
        """Return the times at which a check runs; empty for an absent code."""
        declared = self.checks.get(code)
        if declared is None:
            return frozenset()
        return frozenset({declared.when, *(run.when for run in self.runs if run.check is declared)})

    def found_only(self, *times: When) -> frozenset[str]:
        """Return the codes that run at these times and at no other."""
        return frozenset(code for code in self.checks if self.times_of(code) <= {*times})

    def found_at(self, times: set[When], count: int, *given: object) -> list[list[Finding]]:
        """Run the functions of these times with the given arguments; return the findings of each
        spec.
        """
        rows: list[list[Finding]] = [[] for _ in range(count)]
        for run in self.runs if count else ():
            if run.when in times:
                for index, detail in run.look(*given):
                    rows[index].append(run.check.finding(run.path, detail))
        return rows


@cache
def catalogue_of(offer: "Offer") -> Catalogue:
    """Return the checks of the orders of an offer."""
    return Catalogue(offer.checks())


def _runs(module: ModuleType) -> Iterator[Run]:
    return (value for value in vars(module).values() if isinstance(value, Run))


def _declared(modules: Sequence[ModuleType]) -> Iterator[Check]:
    for table in _TABLES:
        yield from table.values()
    for module in modules:
        yield from (value for value in vars(module).values() if isinstance(value, Check))
        yield from (run.check for run in _runs(module))


def _by_code(modules: Sequence[ModuleType]) -> Mapping[str, Check]:
    subjects = list(SUBJECTS)
    checks = dict.fromkeys(_declared(modules))
    ordered = sorted(checks, key=lambda check: (subjects.index(check.code[0]), check.code))
    found = {check.code: check for check in ordered}
    assert len(found) == len(ordered), "a code has one declaration"
    return MappingProxyType(found)
