"""Every check that satops knows, collected from where each is declared.

The one source for findings, `satops explain` and docs/checks.md.  A check that is declared in one
of the modules below is here by itself.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType, ModuleType

from satops.core.check import SUBJECTS, Check, Run, When
from satops.core.checks import across, labels, location, sensor, shape, window
from satops.core.finding import Finding
from satops.core.geometry import checks as geometry
from satops.core.loading import checks as loading
from satops.core.order import dates
from satops.core.plan import checks as plan
from satops.core.spec import checks as spec
from satops.core.spec import read
from satops.core.spec import series_checks as series

_MODULES = (
    shape,
    location,
    window,
    sensor,
    labels,
    across,
    geometry,
    loading,
    dates,
    plan,
    spec,
    read,
    series,
)
_TABLES = (loading.CHECKS, spec.CHECKS)


def _runs(module: ModuleType) -> Iterator[Run]:
    return (value for value in vars(module).values() if isinstance(value, Run))


def _declared() -> Iterator[Check]:
    for table in _TABLES:
        yield from table.values()
    for module in _MODULES:
        yield from (value for value in vars(module).values() if isinstance(value, Check))
        yield from (run.check for run in _runs(module))


def _by_code() -> Mapping[str, Check]:
    subjects = list(SUBJECTS)
    checks = dict.fromkeys(_declared())
    ordered = sorted(checks, key=lambda check: (subjects.index(check.code[0]), check.code))
    found = {check.code: check for check in ordered}
    assert len(found) == len(ordered), "a code has one declaration"
    return MappingProxyType(found)


RUNS: tuple[Run, ...] = tuple(dict.fromkeys(run for module in _MODULES for run in _runs(module)))
"""Every function that looks at specs, in the order in which they do."""

CATALOGUE = _by_code()
"""Every check by its code, in the order of the docs."""


def times_of(code: str) -> frozenset[When]:
    """Return every time at which a check looks; none for a code that is none."""
    declared = CATALOGUE.get(code)
    if declared is None:
        return frozenset()
    return frozenset({declared.when, *(run.when for run in RUNS if run.check is declared)})


def found_only(*times: When) -> frozenset[str]:
    """Return the codes that are found at these times and at no other."""
    return frozenset(code for code in CATALOGUE if times_of(code) <= {*times})


def found_at(times: set[When], count: int, *given: object) -> list[list[Finding]]:
    """Let every function of these times look at what it is given; return a row for each spec."""
    rows: list[list[Finding]] = [[] for _ in range(count)]
    for run in RUNS if count else ():
        if run.when in times:
            for index, detail in run.look(*given):
                rows[index].append(run.check.finding(run.path, detail))
    return rows
