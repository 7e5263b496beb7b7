from dataclasses import replace

from satops.core.plan.plan import Action, ActionKind, Plan, Refusal
from satops.core.problem import Severity
from satops.report.layout import plain
from satops.report.text.plan import SIGNS, plan_blocks
from tests.report.samples import action, known, plan, problem, spec


def shown(made: Plan, *, show_all: bool = False) -> str:
    return "\n".join(plain(plan_blocks(made, show_all=show_all)))


def test_a_new_order_is_shown_as_a_buyer_reads_it() -> None:
    made = plan(action(ActionKind.CREATE))
    head, row = shown(made).splitlines()[:2]
    assert head.split() == ["NAME", "SENSOR", "PLACE", "KM²", "WINDOW", "(UTC)", "ORDER"]
    assert row == (
        "+  hanoi-2031-03  changguang very-high (0.5 m)  21.03°N 105.85°E  69.1  "
        "2031-03-01 00:00 → 03-15 00:00 (14 d)  new"
    )
    assert "To create: 1 order, 69.1 km²." in shown(made)


def test_every_kind_of_action_has_a_sign_of_its_own() -> None:
    assert set(SIGNS) == set(ActionKind)
    assert len(set(SIGNS.values())) == len(SIGNS)


def test_kept_orders_are_counted_and_listed_only_when_asked() -> None:
    made = plan(action(ActionKind.KEEP))
    assert "PROG_1" not in shown(made)
    assert "1 kept as placed" in shown(made)
    assert "PROG_1" in shown(made, show_all=True)


def test_an_order_that_was_placed_twice_is_listed_even_though_it_is_kept() -> None:
    twice = known()
    twice.further_order_nos = ("PROG_2",)
    kept = Action("hanoi-2031-03", ActionKind.KEEP, "placed more than once", spec(), twice)
    assert "= hanoi-2031-03: placed more than once" in shown(plan(kept))


def test_a_plan_with_nothing_to_do_says_so() -> None:
    assert shown(plan(action(ActionKind.KEEP))).endswith(
        "Nothing to do: every order that can be bought is bought."
    )


def test_a_plan_without_a_ledger_says_that_it_is_made_against_nothing() -> None:
    text = shown(plan(action(ActionKind.CREATE), head=None))
    assert text.startswith("There is no ledger: this plan is made against nothing.")
    assert "    satops ledger start" in text
    assert "    satops apply" not in text


def test_an_order_in_doubt_leads_to_reconcile() -> None:
    text = shown(plan(action(ActionKind.HOLD, reason="in doubt since yesterday: cut")))
    assert "in doubt since yesterday: cut" in text
    assert "    satops reconcile" in text


def test_an_order_that_another_run_is_placing_is_not_called_in_doubt() -> None:
    held = action(ActionKind.HOLD, reason="being placed by run r1")
    assert held.known is not None
    held.known.standing = type(held.known.standing).BEING_PLACED
    held.known.until = "2031-12-31T00:00:00Z"
    text = shown(plan(held))
    assert "being placed" in text
    assert "reconcile" not in text


def test_a_refusal_says_that_nothing_is_sent() -> None:
    made = replace(
        plan(action(ActionKind.CREATE)), refusals=(Refusal("too many orders", "3 of 2 allowed."),)
    )
    text = shown(made)
    assert "Refused: too many orders\n    3 of 2 allowed." in text
    assert "    satops apply" not in text


def test_problems_are_shown_once_each_with_their_place_and_infos_on_one_line() -> None:
    made = plan(
        problems=(
            problem(Severity.WARNING, check="A09", file="orders/b.yaml"),
            problem(),
            problem(Severity.INFO, check="A06", line=None, detail="It is 69 km²."),
            problem(check="A09", acknowledged="Agreed with the buyer."),
        )
    )
    lines = shown(made).splitlines()
    assert lines.index("orders/hanoi.yaml: info A06: It is 69 km².") >= 0
    at = lines.index("orders/hanoi.yaml:3:5: error G05: the ring crosses itself")
    assert lines[at + 1] == "    order.geometry: The ring crosses itself near 105.85, 21.03."
    assert "orders/hanoi.yaml:3:5: acknowledged A09: the ring crosses itself" in lines
    assert "    Accepted because: Agreed with the buyer." in lines
    assert lines[lines.index("orders/b.yaml:3:5: warning A09: the ring crosses itself") + 2] == ""
    assert "Problems: 1 error, 1 warning, 1 acknowledged." in lines


def test_an_estimate_is_called_about_and_says_what_it_leaves_out() -> None:
    priced = replace(action(ActionKind.CREATE, "a"), estimated_cost=1234.5)
    text = shown(plan(priced, action(ActionKind.CREATE, "b")))
    assert "new, about 1,234.50" in text
    assert "2 orders, 138 km², about 1,234.50 (1 order without an estimate)." in text


def test_an_order_number_with_escapes_cannot_paint_the_plan() -> None:
    kept = action(ActionKind.KEEP)
    assert kept.known is not None
    kept.known.order_no = "PROG\x1b[2J\nTo create: nothing"
    text = shown(plan(kept), show_all=True)
    assert "\x1b" not in text
    assert r"PROG\x1b[2J\nTo create: nothing" in text
