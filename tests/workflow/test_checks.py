"""The buyer's checks where they are asked: while the tree is read, and when the plan is made."""

from datetime import timedelta

from satops.core.checks import Rules
from satops.core.geometry.shapes import shapes_of
from satops.core.ledger.state import LedgerState
from satops.core.loading import load
from satops.core.order.order import instant_text
from satops.core.problem import Problem, Severity
from satops.core.spec.spec import Spec
from satops.workflow.checks import check_chunk, check_plan
from satops.workflow.read_files import Chunk
from tests.core.checks.making import HALF, HOME, NOW, SWAPPED, box, known, rules, spec

TEXT = b"""name: port
order:
  provider: changguang
  geometry: {bbox: [8, 44, 8.01, 44.01]}
  maxCloud: 20
"""
TINY = box(8.0, 44.0, 8.01, 44.01)


def of_chunk(one: Spec, using: Rules) -> list[Problem]:
    """What is found of a spec that was just read from TEXT."""
    [document], _ = load(TEXT, file="orders/port.yaml")
    chunk = Chunk((one,), (document,), shapes_of([one.order.rings]))
    return list(check_chunk(chunk, using))


def of_plan(
    creating: list[Spec], *, bought: tuple[Spec, ...] = (), beside: tuple[Spec, ...] = ()
) -> list[tuple[str, str]]:
    """File and check of what is found of the specs to create."""
    state = LedgerState(orders={one.name: known(one) for one in bought})
    orders = {one.name: one.order for one in bought}
    found = check_plan(
        creating,
        [*beside, *creating],
        state,
        rules(),
        now=instant_text(NOW),
        recall=lambda held: orders.get(held.name),
    )
    return [(problem.file, problem.check) for problem in found]


def test_a_problem_stands_at_its_value_in_the_file() -> None:
    [problem] = of_chunk(spec(TINY), rules())
    assert (problem.check, problem.line, problem.column) == ("A07", 4, 13)
    assert (problem.path, problem.order) == ("order.geometry", "port")


def test_a_severity_of_the_repository_counts() -> None:
    [problem] = of_chunk(spec(TINY), rules(severities={"A07": Severity.ERROR}))
    assert problem.blocks


def test_what_a_spec_accepts_is_kept_with_its_reason() -> None:
    [problem] = of_chunk(spec(TINY, acknowledge=["A07"]), rules())
    assert problem.acknowledged == "agreed"


def test_an_acknowledgement_that_nothing_can_match_is_said_once() -> None:
    one = spec(acknowledge=["G05", "Z99", "X02", "T04"])
    assert [problem.check for problem in of_chunk(one, rules())] == ["K01", "K01"]
    assert of_plan([one]) == [("orders/port.yaml", "K01")]  # X02 finds nothing


def test_the_clock_is_asked_for_what_would_be_bought() -> None:
    soon = spec(start=NOW + timedelta(hours=5))
    assert of_chunk(soon, rules()) == []
    assert of_plan([soon]) == [("orders/port.yaml", "T04")]
    assert of_plan([], bought=(soon,), beside=(soon,)) == []


def test_copies_and_overlaps_are_found_in_the_tree_and_in_the_ledger() -> None:
    assert of_plan([spec(), spec(name="z")]) == [("orders/z.yaml", "X01")]
    assert of_plan([spec(), spec(HALF, name="z")]) == [("orders/z.yaml", "X02")]
    assert of_plan([spec(HALF, name="z")], bought=(spec(),)) == [("orders/z.yaml", "X02")]


def test_a_copy_of_what_the_ledger_holds_is_left_to_the_plan() -> None:
    assert of_plan([spec(name="z")], bought=(spec(),)) == []


def test_orders_that_are_not_bought_now_tell_where_orders_are() -> None:
    assert of_plan([SWAPPED], beside=tuple(HOME)) == [("orders/swapped.yaml", "A02")]
