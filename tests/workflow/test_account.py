"""The look at the account: what holds an order back, and when nothing may be bought."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from msgspec.structs import replace

from satops.core.ledger.events import LedgerRestored, MarketplaceMoved
from satops.core.ledger.state import Standing
from satops.core.order.marketplace_order import MarketplaceOrder
from satops.core.order.order import instant, instant_text
from satops.core.order.submission import InDoubt, Outcome, Receipt
from satops.core.spec.spec import Spec
from satops.errors import ExitCode, MarketplaceUnreachable, Refused
from satops.offers.eo_imagery.request import create_request
from satops.workflow.adopt import note_foreign
from satops.workflow.apply_report import Asked
from tests.workflow.people import adopted
from tests.workflow.team import Shop, Team, spec


def by_hand(team: Team, wanted: Spec) -> str:
    """Have somebody else order what a spec asks for, in the same account; return its number."""
    return team.shop.store(
        create_request(
            wanted.order,
            geometry=team.config.marketplace.geometry,
            timezone=team.config.marketplace.timezone,
        )
    )


def outcomes(team: Team, run: str, asked: Asked | None = None) -> dict[str, str]:
    """Apply, and return the outcome of each order by name."""
    return {it.name: it.outcome for it in team.apply(run=run, asked=asked).orders}


def settled_team(*specs: Spec) -> Team:
    """Return a team that has bought some orders, before others join the tree."""
    team = Team(*specs)
    team.any_account = False
    team.apply(run="first")
    return team


def foreign(team: Team, order_no: str) -> None:
    """Call an order of the account none of ours."""
    session = team.session()
    note_foreign(session=session, order_no=order_no, by="me", because="the other team's")


def blind(team: Team, *shown: MarketplaceOrder) -> None:
    """Have page/query fail after some orders."""

    def orders() -> Iterator[MarketplaceOrder]:
        yield from shown
        raise MarketplaceUnreachable("503")

    team.shop.orders = orders  # type: ignore[method-assign]


def why_never_settled(team: Team) -> str:
    """Look for long enough, and return why absence settles nothing."""
    reasons = set()
    for _ in range(4):
        team.world.seconds += 5000
        (finding,) = team.reconcile().findings
        assert finding.settled is None
        assert finding.wait_s is None
        reasons.add(finding.why)
    (why,) = reasons
    return why


def lost(shop: Shop, request: bytes) -> Outcome:
    return InDoubt("no whole answer")


def test_an_order_like_ours_holds_that_order_alone_and_the_others_are_bought() -> None:
    team = Team(spec("a"), spec("b", 1))
    number = by_hand(team, team.specs[0])
    report = team.apply()
    assert {it.name: it.outcome for it in report.orders} == {"a": "in-account", "b": "placed"}
    assert report.exit_code is ExitCode.INVALID
    (held,) = [it for it in report.orders if it.name == "a"]
    assert held.candidate == number
    assert f"satops adopt a {number}" in held.message
    assert f"satops foreign {number}" in held.message


def test_a_hold_does_not_release_itself_when_others_are_bought_however_old_its_order() -> None:
    team = Team(spec("a"), spec("b", 1))
    by_hand(team, team.specs[0])
    for number, run in enumerate(("one", "two", "three"), 2):
        team.world.seconds += 5 * 86_400
        team.specs.append(spec(f"n{run}", number))
        assert outcomes(team, run)["a"] == "in-account"
    assert sum(b.request == team.shop.bought[0].request for b in team.shop.bought) == 1


def test_a_part_is_held_against_the_account_like_the_whole() -> None:
    team = Team(spec("a"), spec("b", 1))
    by_hand(team, team.specs[0])
    from satops.core.plan.plan import Part
    from satops.workflow.part import only_part

    session = team.session()
    plan = only_part(team.plan(session.state), Part(("a",)), lambda _: ())
    assert [action.name for action in plan.creates] == ["a"]
    report = team.apply(narrow=["a"])
    assert [(it.name, it.outcome) for it in report.orders] == [("a", "in-account")]


def test_modes_that_read_back_alike_are_both_held_and_the_message_names_both() -> None:
    team = Team(spec("narrow", 0, mode=6), spec("tops", 0, mode=7))
    by_hand(team, team.specs[0])
    report = team.apply()
    assert {it.name: it.outcome for it in report.orders} == dict.fromkeys(
        ("narrow", "tops"), "in-account"
    )
    assert all("one of narrow, tops" in it.message for it in report.orders)
    assert len(team.shop.bought) == 1


def test_a_chosen_part_is_held_by_an_order_that_a_name_beside_it_fits_as_well() -> None:
    team = Team(spec("narrow", 0, mode=6), spec("tops", 0, mode=7))
    by_hand(team, team.specs[1])
    report = team.apply(narrow=["narrow"])
    assert [(it.name, it.outcome) for it in report.orders] == [("narrow", "in-account")]


def test_after_one_of_two_alike_is_adopted_the_other_is_free() -> None:
    team = Team(spec("narrow", 0, mode=6), spec("tops", 0, mode=7))
    number = by_hand(team, team.specs[0])
    team.apply(run="held")
    adopted(team, number, name="narrow")
    assert outcomes(team, "again") == {"tops": "placed"}


def test_an_order_that_is_called_foreign_holds_nothing_any_more() -> None:
    team = Team(spec("a"))
    number = by_hand(team, team.specs[0])
    assert outcomes(team, "held") == {"a": "in-account"}
    foreign(team, number)
    assert outcomes(team, "free") == {"a": "placed"}


def test_a_second_order_like_ours_holds_although_the_first_is_foreign() -> None:
    team = Team(spec("a"))
    foreign(team, by_hand(team, team.specs[0]))
    by_hand(team, team.specs[0])
    assert outcomes(team, "held") == {"a": "in-account"}


@pytest.mark.parametrize("ahead_s", [0, 3600, -3600])
def test_a_foreign_order_can_still_be_a_doubt_that_was_intended_before(ahead_s: float) -> None:
    team = Team(spec("a"))
    team.shop.script.append(lambda shop, request: InDoubt(shop.store(request)))
    team.apply(team.new_machine(ahead_s))
    foreign(team, "PROG_0001")
    finding = team.reconcile().findings[0]
    assert finding.match is not None
    assert [c.order.order_no for c in finding.match.candidates] == ["PROG_0001"]


@pytest.mark.parametrize("ahead_s", [0, 100, -100])
def test_a_foreign_order_is_no_candidate_of_a_doubt_that_was_intended_after(ahead_s: float) -> None:
    team = Team(spec("a"))
    foreign(team, by_hand(team, team.specs[0]))
    team.shop.script.append(lost)
    team.apply(team.new_machine(ahead_s))
    finding = team.reconcile().findings[0]
    assert finding.match is not None
    assert finding.match.absent


def test_through_the_token_of_another_user_nothing_is_bought() -> None:
    team = settled_team(spec("a"))
    team.specs.append(spec("b", 1))
    theirs = Shop(team.world)
    theirs.store(team.shop.requests[0].replace(b"[10,50]", b"[10,49]"))
    theirs.bought[0].order = replace(theirs.bought[0].order, order_no="THEIRS")
    team.shop.orders = theirs.orders  # type: ignore[method-assign]
    report = team.apply(run="second")
    assert [(it.name, it.outcome) for it in report.orders] == [("b", "not-seen")]
    assert report.exit_code is ExitCode.MARKETPLACE
    assert "token of another account" in report.unseen_why
    assert len(team.shop.bought) == 1


@pytest.mark.parametrize("hidden", [0, 1, 2])
def test_each_of_the_three_newest_orders_must_be_shown(hidden: int) -> None:
    team = settled_team(spec("a"), spec("b", 1), spec("c", 2))
    team.specs.append(spec("d", 3))
    team.shop.bought[hidden].visible_at = 1e9
    assert outcomes(team, "second") == {"d": "not-seen"}


def test_an_order_older_than_the_three_newest_may_be_gone_from_the_list() -> None:
    team = settled_team(spec("a"))
    team.world.seconds += 60
    team.specs += [spec("b", 1), spec("c", 2), spec("d", 3)]
    team.apply(run="second")
    team.world.seconds += 60
    team.shop.bought[0].visible_at = 1e9
    team.specs.append(spec("e", 4))
    assert outcomes(team, "third") == {"e": "placed"}


def test_an_order_that_is_marked_deleted_is_no_witness() -> None:
    team = settled_team(spec("a"))
    team.world.seconds += 60
    team.specs += [spec("b", 1), spec("c", 2), spec("d", 3)]
    team.apply(run="second")
    team.world.seconds += 60
    team.shop.bought[0].visible_at = 1e9
    team.shop.bought[3].order = replace(team.shop.bought[3].order, deleted=True)
    team.specs.append(spec("e", 4))
    assert outcomes(team, "third") == {"e": "not-seen"}


def test_another_account_leaves_a_doubt_as_it_is() -> None:
    team = settled_team(spec("a"))
    team.specs.append(spec("b", 1))
    team.shop.script.append(lost)
    team.apply(run="second")
    team.shop.bought.clear()
    for _ in range(4):
        team.world.seconds += 5000
        assert team.reconcile().exit_code is ExitCode.IN_DOUBT


def test_without_an_order_of_ours_in_the_account_absence_is_for_a_person() -> None:
    team = Team(spec("a"))
    team.any_account = False
    team.shop.script.append(lost)
    team.apply()
    assert "whose" in why_never_settled(team)


def test_an_adopted_number_is_no_witness() -> None:
    team = Team(spec("a"))
    team.any_account = False
    number = by_hand(team, team.specs[0])
    adopted(team, number, with_spec=False, unchecked=True)
    team.specs.append(spec("b", 1))
    team.shop.script.append(lost)
    team.apply()
    for _ in range(4):
        team.world.seconds += 5000
        assert team.reconcile().findings[0].settled is None


def test_without_a_look_nothing_is_bought() -> None:
    team = settled_team(spec("a"))
    team.specs.append(spec("b", 1))
    blind(team)
    report = team.apply(run="second")
    assert [(it.name, it.outcome) for it in report.orders] == [("b", "not-seen")]
    assert report.exit_code is ExitCode.MARKETPLACE
    assert len(team.shop.requests) == 1


def test_a_person_may_buy_named_orders_without_a_look() -> None:
    team = settled_team(spec("a"))
    team.specs.append(spec("b", 1))
    blind(team)
    asked = Asked(names=("b",), unseen=True, because="the marketplace is down")
    assert outcomes(team, "second", asked) == {"b": "placed"}


def test_unseen_lifts_no_hold_of_a_full_look() -> None:
    team = Team(spec("a"))
    by_hand(team, team.specs[0])
    asked = Asked(names=("a",), unseen=True, because="x")
    assert outcomes(team, "run", asked) == {"a": "in-account"}


def test_unseen_lifts_no_hold_of_what_was_seen_before_the_look_failed() -> None:
    team = Team(spec("a"))
    by_hand(team, team.specs[0])
    blind(team, team.shop.bought[0].order)
    asked = Asked(names=("a",), unseen=True, because="x")
    assert outcomes(team, "run", asked) == {"a": "in-account"}


def test_without_queries_the_first_orders_need_a_person_and_later_ones_do_not() -> None:
    team = Team(spec("a"), query=False)
    assert outcomes(team, "one", Asked()) == {"a": "not-seen"}
    assert outcomes(team, "two", Asked(names=("a",), unseen=True, because="x")) == {"a": "placed"}
    team.specs.append(spec("b", 1))
    assert outcomes(team, "three", Asked()) == {"b": "placed"}


def restored(team: Team) -> None:
    """Record that an older ledger is accepted."""
    session = team.session()
    session.append([LedgerRestored({"seq": 99, "head": "0" * 64}, "me", "the disk died")])


def test_after_a_restore_nothing_is_bought_until_all_that_was_lost_must_be_visible() -> None:
    team = settled_team(spec("a"))
    team.specs.append(spec("b", 1))
    restored(team)
    with pytest.raises(Refused, match="LedgerRestored"):
        team.apply(run="second")
    team.world.seconds += 900
    with pytest.raises(Refused, match="LedgerRestored"):
        team.apply(run="third")
    team.world.seconds += 1000
    assert outcomes(team, "fourth") == {"b": "placed"}


def test_after_a_restore_a_look_that_began_too_early_is_too_early_however_long_it_took() -> None:
    team = settled_team(spec("a"))
    team.specs.append(spec("b", 1))
    restored(team)
    look = team.shop.orders

    def paused() -> Iterator[MarketplaceOrder]:
        yield from look()
        team.world.seconds += 10_000

    team.shop.orders = paused  # type: ignore[method-assign]
    with pytest.raises(Refused, match="LedgerRestored"):
        team.apply(run="second")


def test_after_a_restore_no_word_of_a_person_stands_for_the_look() -> None:
    team = settled_team(spec("a"))
    team.specs.append(spec("b", 1))
    restored(team)
    team.world.seconds += 5000
    blind(team)
    asked = Asked(names=("b",), unseen=True, because="x")
    assert outcomes(team, "second", asked) == {"b": "not-seen"}


def test_an_order_that_the_older_ledger_lost_stays_held_by_five_applies() -> None:
    team = settled_team(spec("a"))
    kept = len(team.store.lines)
    team.specs.append(spec("b", 1))
    team.apply(run="second")
    del team.store.lines[kept:]
    restored(team)
    team.world.seconds += 5000
    team.specs.append(spec("c", 2))
    for number in range(5):
        asked = Asked(names=("b",), unseen=True, because="x") if number == 3 else None
        report = team.apply(team.new_machine(), run=f"run{number}", asked=asked)
        assert {it.name: it.outcome for it in report.orders}["b"] == "in-account"
    assert len(team.shop.bought) == 3


@pytest.mark.parametrize(("off_s", "refused"), [(301, True), (-301, True), (299, False)])
def test_a_clock_that_cannot_be_right_buys_nothing(off_s: float, refused: bool) -> None:
    team = Team(spec("a"))
    team.shop.clock_ahead_s = off_s
    if refused:
        with pytest.raises(Refused, match="clock"):
            team.apply()
        assert team.shop.requests == []
    else:
        assert outcomes(team, "run") == {"a": "placed"}


def test_a_submission_from_before_the_marketplace_moved_is_not_settled_by_absence() -> None:
    team = Team(spec("a"))
    team.shop.script.append(lost)
    team.apply()
    session = team.session()
    session.append([MarketplaceMoved("https://new.invalid", "me", "they moved")])
    assert "moved" in why_never_settled(team)


def test_an_order_that_another_run_sends_during_the_look_is_for_its_own_outcome_to_tell() -> None:
    team = Team(spec("a"), spec("b", 1))
    look = team.shop.orders
    other = team.new_machine()

    def overtaken() -> Iterator[MarketplaceOrder]:
        team.shop.orders = look  # type: ignore[method-assign]
        team.apply(other, run="other")
        yield from look()

    team.shop.orders = overtaken  # type: ignore[method-assign]
    report = team.apply(run="own")
    assert {it.outcome for it in report.orders} == {"placed-by-other"}
    assert report.exit_code is ExitCode.DONE
    assert team.standing("a") is Standing.PLACED


def test_a_receipt_of_a_number_that_another_name_holds_is_in_doubt_and_never_absent() -> None:
    team = Team(spec("a"), spec("b", 1))
    team.shop.script.append(lambda shop, request: Receipt(shop.store(request)))
    team.shop.script.append(Receipt("PROG_0001"))
    report = team.apply()
    assert report.count("in-doubt") == 1
    assert team.state().orders["b"].claimed_no == "PROG_0001"
    assert "PROG_0001" in why_never_settled(team)


@pytest.mark.parametrize("shift_s", [45, -45])
def test_a_notation_that_moves_a_window_by_less_than_a_minute_hides_no_order(shift_s: int) -> None:
    team = Team(spec("a"))
    by_hand(team, team.specs[0])
    bought = team.shop.bought[0]
    order, by = team.specs[0].order, timedelta(seconds=shift_s)
    bought.order = replace(
        bought.order,
        start=instant_text(instant(order.start) + by),
        end=instant_text(instant(order.end) + by),
    )
    assert outcomes(team, "run") == {"a": "in-account"}


def test_a_look_that_failed_after_one_order_does_not_settle_a_doubt_with_it() -> None:
    team = Team(spec("a"))
    team.shop.script.append(lambda shop, request: InDoubt(shop.store(request)))
    team.apply()
    blind(team, team.shop.bought[0].order)
    report = team.reconcile()
    assert report.exit_code is ExitCode.IN_DOUBT
    assert team.standing("a") is Standing.IN_DOUBT
