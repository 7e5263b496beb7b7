"""What a person takes back: never to an order that may be bought at once."""

import pytest
from msgspec.structs import replace

from satops.core.ledger.audit import Audit
from satops.core.ledger.chain import decode
from satops.core.ledger.events import DoubtCorrected
from satops.core.ledger.state import Standing
from satops.core.order.submission import InDoubt, Receipt, Rejection
from satops.errors import LedgerCorrupt, Refused, UsageError
from satops.ports import Spooled
from satops.workflow.apply_report import Asked
from satops.workflow.resolve import (
    resolve_same_as,
)
from tests.workflow.people import adopted, corrected, not_placed, placed
from tests.workflow.team import Team, spec


def in_doubt(team: Team, *, stored: bool = True, run: str = "run") -> None:
    """Apply once, and lose the answer."""
    team.shop.script.append(
        lambda shop, request: InDoubt(shop.store(request) if stored else "no whole answer")
    )
    team.apply(run=run, asked=Asked(wait=False))


def sound(team: Team) -> list[str]:
    """Return what the audit says of the ledger."""
    audit = Audit()
    return [sentence for line in decode(team.store.lines) for sentence in audit.take(line)]


def test_a_wrong_number_is_free_again_and_its_name_in_doubt() -> None:
    team = Team(spec("a"))
    in_doubt(team)
    placed(team, "WRONG", unchecked=True)
    corrected(team)
    assert team.standing("a") is Standing.IN_DOUBT
    assert "WRONG" not in team.state().claimed
    assert team.apply(run="again").expected == 0
    team.reconcile()
    assert team.state().orders["a"].order_no == "PROG_0001"
    assert sound(team) == []


def test_what_was_wrongly_called_not_placed_is_placed() -> None:
    team = Team(spec("a"))
    in_doubt(team)
    not_placed(team)
    corrected(team, "PROG_0001")
    assert team.state().orders["a"].order_no == "PROG_0001"
    assert team.apply(run="again").expected == 0
    assert sound(team) == []


def test_a_correction_never_leads_to_an_order_that_may_be_bought_at_once() -> None:
    team = Team(spec("a"))
    number = "BY_HAND"
    adopted(team, number, unchecked=True)
    corrected(team)
    assert team.standing("a") is Standing.IN_DOUBT
    assert number not in team.state().claimed
    assert team.apply(run="again").expected == 0
    assert team.shop.requests == []


def test_after_a_wrong_adoption_over_an_earlier_attempt_the_ledger_stays_sound() -> None:
    team = Team(spec("a"))
    team.shop.script.append(Rejection(400, "no"))
    team.apply(run="first")
    adopted(team, "BY_HAND", unchecked=True)
    corrected(team)
    not_placed(team)
    assert team.apply(run="second").count("placed") == 1
    assert team.state().orders["a"].attempt == 2
    assert sound(team) == []


def test_a_wrong_adoption_without_content_is_for_a_person() -> None:
    team = Team(spec("a"))
    adopted(team, "BY_HAND", with_spec=False, unchecked=True)
    corrected(team)
    for _ in range(4):
        team.world.seconds += 5000
        assert team.reconcile().findings[0].settled is None


def test_only_the_last_settling_event_can_be_corrected() -> None:
    team = Team(spec("a"))
    in_doubt(team)
    placed(team, "WRONG", unchecked=True)
    first = corrected(team)
    placed(team, "PROG_0001")
    session = team.session()
    with pytest.raises(LedgerCorrupt, match="not the last one"):
        session.append([first])


def test_of_two_people_who_correct_the_same_the_second_is_refused() -> None:
    team = Team(spec("a"))
    in_doubt(team)
    not_placed(team)
    session = team.session()
    corrected(team, "PROG_0001")
    with pytest.raises(Refused, match="meanwhile"):
        corrected(team, "PROG_0001", session=session, because="I saw it too")


def test_what_is_in_doubt_cannot_be_corrected() -> None:
    team = Team(spec("a"))
    in_doubt(team)
    placed(team, "WRONG", unchecked=True)
    corrected(team)
    with pytest.raises(Refused, match="already"):
        corrected(team)


def test_the_marketplaces_own_receipt_cannot_be_corrected() -> None:
    team = Team(spec("a"))
    team.apply()
    with pytest.raises(Refused, match="own answer"):
        corrected(team)


def test_a_late_receipt_outlasts_the_number_that_a_person_named_wrongly() -> None:
    team = Team(spec("a"))
    in_doubt(team)
    intent = team.state().orders["a"].intent
    placed(team, "WRONG", unchecked=True)
    late = Spooled("team", "run", "a", 1, intent, "2026", Receipt("PROG_0001"))
    team.machine.spool.kept.append(late)
    team.apply(run="second")
    assert set(team.state().orders["a"].order_nos) == {"WRONG", "PROG_0001"}
    corrected(team)
    known = team.state().orders["a"]
    assert (known.standing, known.order_nos) == (Standing.PLACED, ("PROG_0001",))
    assert team.state().claimed == {"PROG_0001": "a"}
    assert sound(team) == []


def test_a_late_receipt_after_not_placed_cannot_be_corrected() -> None:
    team = Team(spec("a"))
    in_doubt(team)
    intent = team.state().orders["a"].intent
    not_placed(team)
    late = Spooled("team", "run", "a", 1, intent, "2026", Receipt("PROG_0001"))
    team.machine.spool.kept.append(late)
    team.apply(run="second")
    with pytest.raises(Refused, match="own answer"):
        corrected(team)


def test_the_direction_of_a_correction_must_be_said_rightly() -> None:
    team = Team(spec("a"))
    in_doubt(team)
    not_placed(team)
    with pytest.raises(UsageError, match="which order"):
        corrected(team)
    corrected(team, "PROG_0001")
    with pytest.raises(UsageError, match="Take that back first"):
        corrected(team, "PROG_0002")


def test_a_later_attempt_that_is_open_stays_open_and_the_number_is_a_further_one() -> None:
    team = Team(spec("a"))
    in_doubt(team)
    not_placed(team)
    team.shop.bought[0].visible_at = 1e9
    in_doubt(team, run="second")
    team.shop.bought[0].visible_at = 0
    corrected(team, "PROG_0001")
    known = team.state().orders["a"]
    assert known.standing is Standing.IN_DOUBT
    assert known.attempt == 2
    assert team.state().claimed == {"PROG_0001": "a"}
    placed(team, "PROG_0002")
    assert set(team.state().orders["a"].order_nos) == {"PROG_0001", "PROG_0002"}
    assert sound(team) == []


def test_a_later_attempt_that_was_not_sent_gives_way_to_the_content_that_was_bought() -> None:
    team = Team(spec("a"))
    in_doubt(team)
    bought = team.state().orders["a"].order_digest
    not_placed(team)
    team.specs[0] = replace(spec("a", 3), name="a")
    team.shop.script.append(Rejection(400, "no"))
    team.apply(run="second")
    corrected(team, "PROG_0001")
    known = team.state().orders["a"]
    assert (known.standing, known.order_digest) == (Standing.PLACED, bought)
    assert [action.kind for action in team.plan().actions] == ["conflict"]


def test_a_later_attempt_that_was_placed_stays_and_both_numbers_count() -> None:
    team = Team(spec("a"), spec("b", 1))
    team.specs.pop()
    in_doubt(team)
    not_placed(team)
    team.shop.bought[0].visible_at = 1e9
    team.apply(run="second")
    team.shop.bought[0].visible_at = 0
    corrected(team, "PROG_0001")
    assert set(team.state().orders["a"].order_nos) == {"PROG_0001", "PROG_0002"}
    team.specs.append(spec("b", 1))
    team.limit("ordersPerMonth", 2)
    assert "comes to 3 orders" in team.plan().refusals[0].detail
    assert sound(team) == []


def test_limits_count_a_corrected_order_in_the_month_of_its_intent() -> None:
    team = Team(spec("a", starts_in_days=100))
    in_doubt(team)
    not_placed(team)
    team.world.seconds += 40 * 86_400
    corrected(team, "PROG_0001")
    team.specs.append(spec("b", 1, starts_in_days=100))
    team.limit("ordersPerMonth", 1)
    assert team.plan().refusals == ()


def test_two_names_that_share_a_number_count_once() -> None:
    team = Team(spec("a"), spec("b", 0, acknowledge=["X01"]))
    team.shop.script.append(lambda shop, request: Receipt(shop.store(request)))
    team.shop.script.append(Receipt("PROG_0001"))
    team.apply()
    session = team.session()
    resolve_same_as(
        session=session,
        name="b",
        other="a",
        by="me",
        because="they recognise copies",
        looks=team.machine.looks,
    )
    known = team.state().orders["b"]
    assert (known.standing, known.order_no, known.same_as) == (Standing.PLACED, "PROG_0001", "a")
    assert team.state().claimed == {"PROG_0001": "a"}
    team.specs.append(spec("c", 2))
    team.limit("ordersPerMonth", 2)
    assert team.plan().refusals == ()
    team.limit("areaKm2PerMonth", 160)
    assert team.plan().refusals == ()
    corrected(team, name="b")
    assert team.standing("b") is Standing.IN_DOUBT
    assert team.state().claimed == {"PROG_0001": "a"}
    assert sound(team) == []


def test_a_correction_frees_only_the_number_that_it_takes_back() -> None:
    team = Team(spec("a"))
    in_doubt(team)
    not_placed(team)
    team.shop.bought[0].visible_at = 1e9
    team.apply(run="second")
    corrected_no = "PROG_0001"
    team.shop.bought[0].visible_at = 0
    corrected(team, corrected_no)
    corrected(team)
    assert team.state().claimed == {"PROG_0002": "a"}
    session = team.session()
    session.append(
        [
            DoubtCorrected(
                name="a",
                attempt=1,
                corrects={
                    "seq": session.state.orders["a"].settled_seq,
                    "digest": session.state.orders["a"].settled_digest,
                },
                placed=True,
                by="me",
                because="x",
                order_no="PROG_0001",
            )
        ]
    )
    assert sound(team) == []
