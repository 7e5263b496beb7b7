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
    shown = CHART.read_text("utf-8") if CHART.exists() else ""
    assert shown == (chart(figures) if figures else "")


def test_new_figures_replace_those_of_the_page_and_come_with_the_chart() -> None:
    text = PAGE.read_text("utf-8")
    shown = page(text, [_figure("10 orders", 3.0), _figure("10 orders", 6.0, "cold plan")])
    assert "| 10 orders | cold plan ÷ floor | 2.00 |  |" in shown
    assert shown.count("(performance.svg)") == 1
    assert page(shown, []) == page(text, [])
    assert "performance.svg" not in page(shown, [])


def test_a_chart_has_a_bar_for_each_command_that_was_measured() -> None:
    shown = chart([_figure("10,000 orders", 3.0), _figure("10,000 orders", 6.0, "cold plan")])
    assert shown.count("<rect") == 2
    assert ">6.00<" in shown


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
    assert [(found.found, found.target) for found in findings(many)] == [(2.0, 0.9)]


COSTS = {"octodns-sync, nothing new": 1.5, "cold plan": 3.0}


def _figure(group: str, cpu_s: float, name: str = "floor", orders: int = 10) -> Figure:
    return Figure(group, orders, name, 1, "2031-01-01", Cost(cpu_s, cpu_s))
