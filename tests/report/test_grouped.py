"""Warnings that are the same of several orders are told once, with all whom they concern."""

from msgspec.structs import replace

from satops.core.problem import Problem, Severity
from satops.report.grouped import ProblemGroup, grouped, problem_totals
from satops.report.layout import Line
from satops.report.text.problems import problem_blocks

ONE = Problem(
    "S03", Severity.WARNING, "orders/a.yaml", 4, 1, "order", "no cloud limit", "Write one.", "a"
)


def of(name: str, **more: object) -> Problem:
    return replace(ONE, order=name, file=f"orders/{name}.yaml", **more)


def test_equal_warnings_are_told_with_the_first_of_them() -> None:
    other = of("b", detail="Write another.")
    assert grouped([ONE, other, of("c"), of("d", line=9)]) == [
        ProblemGroup(ONE, (of("c"), of("d", line=9))),
        ProblemGroup(other),
    ]
    assert grouped([ONE, of("b")])[0].also == "The same of 1 other order: b."


def test_what_blocks_and_what_was_accepted_is_told_apart() -> None:
    for apart in (
        {"severity": Severity.ERROR},
        {"acknowledged": "agreed"},
        {"severity": Severity.INFO},
        {"path": "order.maxCloud"},
    ):
        assert len(grouped([ONE, of("b", **apart)])) == 2
    errors = [of(name, severity=Severity.ERROR) for name in "ab"]
    assert len(grouped(errors)) == 2
    accepted = [of(name, acknowledged="agreed") for name in "ab"]
    assert len(grouped(accepted)) == 1


def test_of_very_many_orders_some_are_named_and_all_are_counted() -> None:
    many = [of(f"n{number}") for number in range(1001)]
    (group,) = grouped(many)
    assert group.also == (
        "The same of 1,000 other orders: n1, n2, n3, n4, n5, n6, n7, n8 and 992 more."
    )
    lines = [block.text for block in problem_blocks(many) if isinstance(block, Line)]
    assert lines == ["orders/n0.yaml:4:1: warning S03: no cloud limit", "order: Write one.",
                     group.also]  # fmt: skip
    assert problem_totals(many) == "no errors, 1,001 warnings"
