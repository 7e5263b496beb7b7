"""What the docs show is what was measured."""

import pytest

from bench.chart import chart
from bench.figures import Figure, findings, merged, read
from bench.measure import Cost
from bench.report import CHART, PAGE, RESULTS, page


@pytest.fixture(scope="module")
def figures() -> list[Figure]:
    return read(RESULTS)[0]


def test_the_tables_of_the_docs_are_those_of_the_results(figures: list[Figure]) -> None:
    text = PAGE.read_text("utf-8")
    assert page(text, figures) == text


def test_the_chart_of_the_docs_is_that_of_the_results(figures: list[Figure]) -> None:
    assert CHART.read_text("utf-8") == chart(figures)


def test_the_results_tell_of_every_target_up_to_10_000_orders(figures: list[Figure]) -> None:
    held = {(found.goal.of, found.goal.to) for found in findings(figures) if found.target}
    assert held >= {
        ("--version", "python -c pass"),
        ("warm plan, nothing new", "floor"),
        ("warm plan, 100 new", "floor"),
        ("cold plan", "octodns-sync"),
        ("cold plan", "check-jsonschema"),
        ("cold plan", "Terraform"),
        ("apply, 16 at a time", "ideal, 16 at a time"),
        ("apply, 16 at a time, sandbox within", "ideal, 16 at a time"),
    }


def test_a_group_that_is_measured_again_replaces_the_old_one_and_leaves_the_others() -> None:
    old, new = (_figure("10 orders", cpu_s) for cpu_s in (3.0, 2.0))
    other = _figure("20 orders", 5.0)
    assert merged([old, other], [new]) == [new, other]


def test_a_target_is_held_only_where_it_was_set() -> None:
    few, many = (
        [_figure("some orders", cost, name, orders) for name, cost in COSTS.items()]
        for orders in (1000, 10_000)
    )
    assert [(found.found, found.target) for found in findings(few)] == [(2.0, None)]
    assert [(found.found, found.target) for found in findings(many)] == [(2.0, 2.5)]


COSTS = {"floor": 1.5, "warm plan, nothing new": 3.0}


def _figure(group: str, cpu_s: float, name: str = "floor", orders: int = 10) -> Figure:
    return Figure(group, orders, name, 1, "2031-01-01", Cost(cpu_s, cpu_s))
