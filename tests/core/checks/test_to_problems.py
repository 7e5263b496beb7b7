"""From findings to problems: severities, acknowledgements, and acknowledgements that are idle."""

from collections.abc import Sequence

import pytest

from satops.core.check import When
from satops.core.checks import catalogue_of, check_specs, idle_acknowledgements, to_problems
from satops.core.finding import Finding, Path
from satops.core.problem import Problem, Severity
from satops.core.spec.spec import Spec
from tests.core.checks.making import box, rules, spec

WIDE = box(116.0, 39.0, 120.0, 43.0)
SEA = (box(0.0, 50.0, 1.0, 51.0),)


def settled(
    one: Spec,
    severities: dict[str, Severity] | None = None,
    *,
    also: Sequence[Finding] = (),
    allowed: bool = True,
) -> list[Problem]:
    """The problems of one spec."""
    [found] = check_specs([one], rules(allowed=None if allowed else SEA))
    held = rules(severities=severities or {})
    sought = catalogue_of(held.offer).found_only(When.OUTLINE, When.SPEC)
    problems = to_problems([*found, *also], one, held, sought=sought)
    return [*problems, *idle_acknowledgements(one, held)]


def summary(problems: list[Problem]) -> list[tuple[str, str, str | None, bool]]:
    return [(p.check, p.severity.value, p.acknowledged, p.blocks) for p in problems]


def test_a_warning_blocks_nothing() -> None:
    assert summary(settled(spec(WIDE, mode=1))) == [
        ("A09", "warning", None, False),
        ("A10", "warning", None, False),
    ]


def test_a_warning_that_was_raised_blocks_until_it_is_acknowledged() -> None:
    raised = {"A09": Severity.ERROR}
    assert summary(settled(spec(WIDE, mode=1), raised))[0] == ("A09", "error", None, True)
    agreed = spec(WIDE, mode=1, acknowledge=["A09"])
    assert summary(settled(agreed, raised))[0] == ("A09", "error", "agreed", False)


def test_a_warning_may_be_lowered() -> None:
    found = settled(spec(WIDE, mode=1), {"A10": Severity.INFO})
    assert [problem.severity for problem in found] == [Severity.WARNING, Severity.INFO]


def test_what_nobody_can_accept_stays_an_error() -> None:
    one = spec(acknowledge=["A13"])
    first, second = settled(one, {"A13": Severity.INFO}, allowed=False)
    assert summary([first]) == [("A13", "error", None, True)]
    assert second.check == "K01"
    assert "A13 (a place where orders are not allowed) cannot be accepted" in second.detail


def test_a_mild_variant_of_an_error_stays_mild() -> None:
    closed = Finding("G03", ("order", "geometry"), "closing point added", "...", Severity.INFO)
    [problem] = settled(spec(), {"G03": Severity.ERROR}, also=[closed])
    assert problem.severity is Severity.INFO
    assert problem.summary == "closing point added"


@pytest.mark.parametrize(
    ("check", "said"),
    [
        ("A07", "A07 (smaller than the smallest bill) finds nothing in this spec"),
        ("Z99", "There is no check Z99"),
        ("G05", "G05 (the outline crosses itself) cannot be accepted"),
    ],
)
def test_an_idle_acknowledgement_is_a_warning_at_its_own_line(check: str, said: str) -> None:
    [problem] = settled(spec(acknowledge=[check]))
    assert summary([problem]) == [("K01", "warning", None, False)]
    assert said in problem.detail
    assert (problem.line, problem.path) == (7, "acknowledge")


@pytest.mark.parametrize("check", ["T04", "T06", "T03", "X01", "X02", "A02"])
def test_what_was_not_looked_for_is_not_called_idle(check: str) -> None:
    assert settled(spec(acknowledge=[check])) == []


def test_an_idle_acknowledgement_can_be_an_error_too() -> None:
    for check in ("Z99", "A07"):
        [problem] = settled(spec(acknowledge=[check]), {"K01": Severity.ERROR})
        assert problem.blocks


def test_problems_stand_where_the_document_says() -> None:
    one = spec(cloud=None)
    [found] = check_specs([one], rules())
    asked: list[Path] = []

    def position(path: Path) -> tuple[int, int]:
        asked.append(path)
        return 12, 5

    [problem] = to_problems(found, one, rules(), position=position)
    assert (problem.file, problem.line, problem.column) == ("orders/port.yaml", 12, 5)
    assert (problem.path, asked) == ("order", [("order",)])


def test_without_a_document_problems_stand_where_the_spec_begins() -> None:
    one = spec(cloud=None, line=31)
    [found] = check_specs([one], rules())
    [problem] = to_problems(found, one, rules())
    assert (problem.line, problem.column) == (31, 1)
