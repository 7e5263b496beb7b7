"""Reconcile: what one look may settle, what it must leave, and what a person may settle."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from satops.core.ledger.state import Standing
from satops.core.order.marketplace_order import MarketplaceOrder
from satops.core.order.submission import InDoubt, Outcome
from satops.errors import ExitCode, Refused, UsageError
from satops.ports import Look
from satops.workflow.reconcile import ReconcileReport, reconcile_patiently
from tests.workflow.people import adopted, not_placed, placed
from tests.workflow.team import Shop, Team, killed, killed_after_it_was_stored, spec


def lost(shop: Shop, request: bytes) -> Outcome:
    return InDoubt("no whole answer")


def lost_after_storing(shop: Shop, request: bytes) -> Outcome:
    shop.store(request)
    return InDoubt("no whole answer")


def in_doubt(*names: str, stored: bool, same: bool = False, mode: int = 2) -> Team:
    """Return a team with orders in doubt; `same` gives them one and the same content."""
    specs = [
        spec(name, 0 if same else number, mode=mode, acknowledge=["X01"] if same else [])
        for number, name in enumerate(names)
    ]
    team = Team(*specs)
    team.shop.script.extend([lost_after_storing if stored else lost] * len(specs))
    team.apply()
    team.world.seconds += 10
    return team


def change(team: Team, index: int = 0, **fields: object) -> MarketplaceOrder:
    """Have the marketplace show one of its orders otherwise."""
    item = team.shop.bought[index]
    fields["terms"] = {**item.order.terms, **fields.get("terms", {})}  # type: ignore[dict-item]
    item.order = replace(item.order, **fields)
    return item.order


def test_exactly_one_order_that_can_be_it_is_it() -> None:
    team = in_doubt("a", stored=True)
    report = team.reconcile()
    assert report.exit_code is ExitCode.DONE
    assert team.state().orders["a"].order_no == "PROG_0001"


def test_a_dry_run_settles_nothing_and_notes_nothing() -> None:
    team = in_doubt("a", stored=True)
    lines = len(team.store.lines)
    report = team.reconcile(dry_run=True)
    assert report.findings[0].settled is not None
    assert len(team.store.lines) == lines


def test_an_order_that_is_not_found_is_not_called_absent_at_once() -> None:
    team = in_doubt("a", stored=False)
    for _ in range(10):
        assert team.reconcile().exit_code is ExitCode.IN_DOUBT
    assert team.standing("a") is Standing.IN_DOUBT


def test_absence_is_proof_after_the_wait_and_several_looks() -> None:
    team = in_doubt("a", stored=False)
    team.reconcile()
    team.world.seconds += 1300
    report = team.reconcile()
    assert report.exit_code is ExitCode.DONE
    assert team.standing("a") is Standing.NOT_PLACED
    assert team.apply(run="again").count("placed") == 1


def test_one_late_look_is_not_several() -> None:
    team = in_doubt("a", stored=False)
    team.world.seconds += 100_000
    assert team.reconcile().exit_code is ExitCode.IN_DOUBT


def test_two_looks_are_not_three_however_long_the_wait() -> None:
    team = in_doubt("a", stored=False)
    team.config = replace(team.config, reconcile=replace(team.config.reconcile, looks=3))
    team.reconcile()
    team.world.seconds += 5000
    assert team.reconcile().findings[0].wait_s == 300
    assert team.standing("a") is Standing.IN_DOUBT
    team.reconcile()
    assert team.standing("a") is Standing.NOT_PLACED


def test_the_wait_begins_at_the_own_first_look_whatever_the_wall_clock_says() -> None:
    team = in_doubt("a", stored=False)
    ahead = team.new_machine(ahead_s=86_400)
    team.reconcile(ahead)
    team.world.seconds += 60
    assert team.reconcile(ahead).exit_code is ExitCode.IN_DOUBT


def test_looks_of_another_machine_do_not_count() -> None:
    team = in_doubt("a", stored=False)
    team.reconcile()
    team.world.seconds += 5000
    assert team.reconcile(team.new_machine()).exit_code is ExitCode.IN_DOUBT


def test_a_look_that_cannot_be_noted_is_told_since_the_wait_would_never_end() -> None:
    team = in_doubt("a", stored=False)

    def fail(intent: str, look: Look) -> None:
        raise OSError(28, "No space left on device")

    team.machine.looks.note = fail  # type: ignore[method-assign]
    with pytest.raises(Refused, match="Make room") as refused:
        team.reconcile()
    assert refused.value.exit_code is ExitCode.IN_DOUBT


def test_an_order_that_becomes_visible_late_is_found() -> None:
    team = in_doubt("a", stored=True)
    team.shop.bought[0].visible_at = team.world.seconds + 600
    assert team.reconcile().exit_code is ExitCode.IN_DOUBT
    team.world.seconds += 700
    team.reconcile()
    assert team.standing("a") is Standing.PLACED


def test_patience_waits_as_long_as_it_can_settle_something() -> None:
    team = in_doubt("a", stored=False)

    def look(patience_s: float) -> ReconcileReport:
        session = team.session()
        return reconcile_patiently(
            session=session,
            marketplace=team.shop,
            looks=team.machine.looks,
            config=team.config,
            any_account=True,
            patience_s=patience_s,
        )

    began = team.world.seconds
    assert look(10).exit_code is ExitCode.IN_DOUBT
    assert team.world.seconds == began
    assert look(5000).exit_code is ExitCode.DONE


def test_an_order_being_placed_is_left_alone_and_so_is_its_candidate() -> None:
    team = Team(spec("a"))
    team.dies(killed_after_it_was_stored)
    report = team.reconcile()
    assert report.being_placed == ("a",)
    assert report.foreign == ()
    assert team.standing("a") is Standing.BEING_PLACED


def test_an_order_that_another_name_holds_settles_nothing_and_forbids_to_believe_in_absence() -> (
    None
):
    team = Team(spec("a", 0), spec("b", 0, acknowledge=["X01"]))
    team.shop.script.extend([lambda shop, request: _placed(shop, request), lost])
    team.apply()
    team.world.seconds += 10
    report = team.reconcile()
    (match,) = [finding.match for finding in report.findings if finding.match]
    assert match.order_no is None
    assert [candidate.claimed_by for candidate in match.candidates] == ["a"]


def _placed(shop: Shop, request: bytes) -> Outcome:
    from satops.core.order.submission import Receipt

    return Receipt(shop.store(request))


def test_equal_orders_are_paired_when_there_are_as_many_as_doubts() -> None:
    team = in_doubt("a", "b", "c", stored=True, same=True)
    assert team.reconcile().exit_code is ExitCode.DONE
    numbers = {team.state().orders[name].order_no for name in "abc"}
    assert numbers == {"PROG_0001", "PROG_0002", "PROG_0003"}


def test_equal_orders_are_left_to_a_person_when_the_numbers_differ() -> None:
    team = in_doubt("a", "b", stored=True, same=True)
    team.shop.store(team.shop.requests[0])
    report = team.reconcile()
    assert report.exit_code is ExitCode.IN_DOUBT
    assert "3 orders in the account can be any of 2 doubts" in (
        report.findings[0].match.note if report.findings[0].match else ""
    )


def test_two_orders_that_can_be_it_are_left_to_a_person() -> None:
    team = in_doubt("a", stored=True)
    team.shop.store(team.shop.requests[0])
    finding = team.reconcile().findings[0]
    assert finding.settled is None
    assert finding.match is not None
    assert len(finding.match.candidates) == 2


def test_the_two_modes_of_12_m_cannot_be_told_apart_and_it_says_so() -> None:
    team = in_doubt("a", stored=True, mode=6)
    finding = team.reconcile().findings[0]
    assert finding.match is not None
    assert "6 and 7 read back alike" in finding.match.note


def test_doubts_in_both_modes_of_12_m_are_left_to_a_person() -> None:
    specs = [spec("narrow", 0, mode=6), spec("tops", 0, mode=7)]
    team = Team(*specs)
    team.shop.script.extend([lost_after_storing, lost])
    team.apply()
    team.world.seconds += 10
    assert [f.settled for f in team.reconcile().findings] == [None, None]


def test_a_deleted_order_was_placed_all_the_same() -> None:
    team = in_doubt("a", stored=True)
    change(team, deleted=True)
    finding = team.reconcile().findings[0]
    assert team.standing("a") is Standing.PLACED
    assert finding.match is not None
    assert "deleted" in finding.match.note


@pytest.mark.parametrize(
    "fields",
    [
        *({"terms": {key: 30}} for key in ("maxCloud", "resolution", "recurring")),
        {"geometry": "POLYGON ((1 1, 2 1, 2 2, 1 2, 1 1))"},
        {"geometry": None},
        {"start": "2020-01-01 00:00"},
        {"start": None},
        {"created_at": None},
        {"provider": None},
    ],
)
def test_an_order_that_resembles_it_is_neither_it_nor_proof_of_absence(
    fields: dict[str, Any],
) -> None:
    team = in_doubt("a", stored=True)
    change(team, **fields)
    for _ in range(4):
        team.world.seconds += 5000
        finding = team.reconcile().findings[0]
        assert finding.settled is None
        assert finding.match is not None
        assert len(finding.match.candidates) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"provider": "tianyi"},
        {"kind": 1, "programming": False},
        {"geometry": "POLYGON ((1 1, 2 1, 2 2, 1 2, 1 1))", "start": "2020-01-01 00:00"},
    ],
)
def test_an_order_of_somebody_else_does_not_stand_in_the_way(fields: dict[str, Any]) -> None:
    team = in_doubt("a", stored=True)
    change(team, **fields)
    team.reconcile()
    team.world.seconds += 5000
    team.reconcile()
    assert team.standing("a") is Standing.NOT_PLACED


def test_a_clock_that_was_far_ahead_does_not_make_a_real_order_absent() -> None:
    team = in_doubt("a", stored=True)
    created = team.shop.bought[0].order.created_at
    assert created is not None
    change(team, created_at=created - timedelta(hours=5))
    for _ in range(3):
        team.world.seconds += 5000
        assert team.reconcile().findings[0].settled is None


def test_wkt_and_another_start_of_the_ring_are_the_same_shape() -> None:
    team = in_doubt("a", stored=True)
    change(team, geometry="POLYGON((10.1 50.1, 10.1 50, 10 50, 10 50.1, 10.1 50.1))")
    team.reconcile()
    assert team.standing("a") is Standing.PLACED


def test_foreign_orders_are_listed_and_the_explained_ones_are_not() -> None:
    team = in_doubt("a", stored=True)
    team.shop.store(team.shop.requests[0])
    change(team, 1, order_no="BY_HAND", geometry="POLYGON ((1 1, 2 1, 2 2, 1 2, 1 1))", start="x")
    change(team, 1, end="x", provider="tianyi")
    report = team.reconcile()
    assert [order.order_no for order in report.foreign] == ["BY_HAND"]


def test_without_queries_every_doubt_is_for_a_person() -> None:
    team = in_doubt("a", stored=True)
    team.config = replace(team.config, marketplace=replace(team.config.marketplace, query=False))
    report = team.reconcile()
    assert not report.queried
    assert report.exit_code is ExitCode.IN_DOUBT


def test_a_person_settles_a_doubt_as_placed_after_the_marketplace_showed_it() -> None:
    team = in_doubt("a", stored=True)
    placed(team, "PROG_0001")
    assert team.standing("a") is Standing.PLACED


def test_a_number_that_the_marketplace_does_not_show_is_refused() -> None:
    team = in_doubt("a", stored=True)
    with pytest.raises(Refused, match="does not show"):
        placed(team, "PROG_9999")


def test_a_number_of_another_order_is_refused() -> None:
    team = in_doubt("a", stored=True)
    change(team, terms={"resolution": 20.0})
    with pytest.raises(Refused, match=r"resolution 20\.0 m"):
        placed(team, "PROG_0001")


def test_a_number_that_another_name_holds_is_refused() -> None:
    team = Team(spec("a", 0), spec("b", 0, acknowledge=["X01"]))
    team.shop.script.extend([_placed, lost])
    team.apply()
    with pytest.raises(Refused, match="recorded under the name a"):
        placed(team, "PROG_0001", name="b")


def test_an_order_that_a_run_is_placing_cannot_be_settled() -> None:
    team = Team(spec("a"))
    team.dies(killed)
    with pytest.raises(Refused, match="is placing"):
        not_placed(team)


def test_not_placed_needs_a_reason() -> None:
    team = in_doubt("a", stored=False)
    with pytest.raises(UsageError):
        not_placed(team, because=" ")


def test_what_is_settled_cannot_be_settled_again() -> None:
    team = in_doubt("a", stored=True)
    placed(team, "PROG_0001")
    with pytest.raises(Refused, match="not in doubt"):
        placed(team, "PROG_0001")


def test_an_unknown_name_is_a_wrong_call() -> None:
    team = in_doubt("a", stored=True)
    with pytest.raises(UsageError):
        placed(team, "PROG_0001", name="nobody")


def test_an_adopted_order_is_kept_and_never_bought() -> None:
    team = Team(spec("other", 1))
    team.apply()
    team.shop.store(team.shop.requests[0].replace(b"[11,50]", b"[11,49]"))
    order = team.shop.bought[1].order
    bought_by_hand = spec("by-hand", 1)
    team.specs.append(bought_by_hand)
    with pytest.raises(Refused, match="shape"):
        adopted(team, order.order_no, name="by-hand")
    adopted(team, order.order_no, name="by-hand", with_spec=False)
    actions = {action.name: action for action in team.plan().actions}
    assert actions["by-hand"].kind == "keep"
    assert team.apply(run="again").expected == 0


def test_a_name_in_doubt_is_resolved_and_not_adopted() -> None:
    team = in_doubt("by-hand", stored=True)
    with pytest.raises(Refused, match="satops resolve"):
        adopted(team, "PROG_0001", name="by-hand", with_spec=False)
