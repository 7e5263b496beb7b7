"""Apply against a scripted marketplace: what is sent, what is recorded, what is left alone."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from satops.core.ledger.state import Standing
from satops.core.order.submission import InDoubt, NotSent, Outcome, Receipt, Rejection
from satops.core.plan.plan import ActionKind
from satops.core.problem import Problem, Severity
from satops.errors import (
    ExitCode,
    HeadMoved,
    InvalidInput,
    LedgerMissing,
    LedgerOlder,
    Refused,
    StoreUnreachable,
)
from satops.ports import Spooled
from satops.workflow.outcomes import OutcomeName
from satops.workflow.validate import Tree
from tests.workflow.people import not_placed
from tests.workflow.team import Shop, Team, killed, spec


def lost_after_storing(shop: Shop, request: bytes) -> Outcome:
    shop.store(request)
    return InDoubt("no whole answer")


def test_every_new_order_is_placed_once_and_a_second_run_does_nothing() -> None:
    team = Team(spec("a", 0), spec("b", 1), spec("c", 2))
    report = team.apply()
    assert report.exit_code is ExitCode.DONE
    assert report.count("placed") == report.expected == 3
    lines = len(team.store.lines)
    assert team.apply().expected == 0
    assert len(team.store.lines) == lines
    assert len(team.shop.bought) == 3


def test_an_intent_is_in_the_ledger_before_its_request_leaves() -> None:
    team = Team(spec("a"))

    def look(shop: Shop, request: bytes) -> Outcome:
        known = team.state().orders["a"]
        assert known.standing is Standing.BEING_PLACED
        assert b"SubmissionIntended" in team.store.lines[-1]
        return Receipt(shop.store(request))

    team.shop.script.append(look)
    assert team.apply().count("placed") == 1


def test_the_ledger_holds_the_request_byte_for_byte() -> None:
    team = Team(spec("a"))
    team.apply()
    from satops.core.json_text import loads

    intent = next(e for e in map(loads, team.store.lines) if e["kind"] == "SubmissionIntended")
    assert intent["request"].encode() == team.shop.requests[0]


def test_a_lost_answer_is_in_doubt_and_is_never_sent_again() -> None:
    team = Team(spec("a"), query=False)
    team.shop.script.append(lost_after_storing)
    assert team.apply().exit_code is ExitCode.IN_DOUBT
    for _ in range(3):
        team.world.seconds += 5000
        assert team.apply().exit_code is ExitCode.IN_DOUBT
    assert len(team.shop.requests) == 1
    assert team.standing("a") is Standing.IN_DOUBT


def test_a_doubt_blocks_only_its_own_order() -> None:
    team = Team(spec("a", 0), spec("b", 1))
    team.shop.script.append(InDoubt("no whole answer"))
    report = team.apply()
    assert report.count("in-doubt") == report.count("placed") == 1
    assert report.exit_code is ExitCode.IN_DOUBT


def test_the_next_apply_finds_what_was_bought_and_records_its_number() -> None:
    team = Team(spec("a"))
    team.shop.script.append(lost_after_storing)
    team.apply()
    report = team.apply(run="second")
    assert report.exit_code is ExitCode.DONE
    assert team.state().orders["a"].order_no == team.shop.bought[0].order.order_no
    assert len(team.shop.requests) == 1


def test_a_rejection_is_recorded_with_its_words_and_tried_by_the_next_run() -> None:
    team = Team(spec("a"))
    team.shop.script.append(Rejection(400, "Satellite not available"))
    report = team.apply()
    assert report.exit_code is ExitCode.REJECTED
    assert "Satellite not available" in report.orders[0].message
    assert team.plan().creates[0].reason == "rejected before: Satellite not available"
    unattended = team.apply(run="merge", attended=False)
    assert [order.outcome for order in unattended.orders] == ["rejected-before"]
    assert unattended.exit_code is ExitCode.REJECTED
    assert len(team.shop.requests) == 1
    assert team.apply(run="second").exit_code is ExitCode.DONE


def test_a_refused_call_stops_the_run() -> None:
    team = Team(*(spec(f"o{n}", n) for n in range(5)), batch=10)
    team.shop.script.append(Rejection(401, "unauthorized", stops_run=True))
    report = team.apply()
    assert len(team.shop.requests) <= team.config.apply.concurrency
    assert report.count("not-sent") + len(team.shop.requests) == 5
    assert report.stopped is not None
    assert "unauthorized" in report.stopped
    assert not any(k.standing in ("in-doubt", "being-placed") for k in team.state().orders.values())


def test_an_order_that_did_not_leave_is_sent_again_a_few_times_and_then_the_run_stops() -> None:
    team = Team(spec("a", 0), spec("b", 1), concurrency=1)
    team.shop.script.extend([NotSent("refused")] * 3)
    report = team.apply()
    assert len(team.shop.requests) == 3
    assert report.exit_code is ExitCode.REJECTED
    assert team.standing("a") is Standing.NOT_SENT
    assert "b" not in team.state().orders


@pytest.mark.parametrize(
    ("retry_after_s", "outcome", "waited_s", "requests"),
    [(7, "placed", 7, 2), (61, "rejected", 0, 1)],
)
def test_a_busy_marketplace_is_asked_again_unless_it_names_too_long_a_time(
    retry_after_s: float, outcome: OutcomeName, waited_s: float, requests: int
) -> None:
    team = Team(spec("a"))
    team.shop.script.append(Rejection(429, "slow down", retry_after_s=retry_after_s))
    assert [order.outcome for order in team.apply().orders] == [outcome]
    assert team.world.seconds == pytest.approx(waited_s)
    assert len(team.shop.requests) == requests


@pytest.mark.parametrize("delay_s", [231, 400])
def test_no_request_begins_that_could_be_under_way_when_its_time_is_over(delay_s: float) -> None:
    team = Team(spec("a"))

    def wait(step: str) -> None:
        team.world.seconds += delay_s if step == "sending" else 0

    assert team.apply(reach=wait).count("not-sent") == 1
    assert team.shop.requests == []
    assert team.standing("a") is Standing.NOT_SENT


@pytest.mark.parametrize(("delay_s", "back_s"), [(400, 4000), (231, 100)])
def test_a_wall_clock_set_back_does_not_give_a_request_more_time(
    delay_s: float, back_s: float
) -> None:
    team = Team(spec("a"))

    def set_back(step: str) -> None:
        if step == "sending":
            team.world.seconds += delay_s
            team.machine.clock.ahead_s = -back_s

    team.apply(reach=set_back)
    assert team.shop.requests == []


def test_a_wall_clock_set_ahead_ends_a_request_that_others_take_for_over() -> None:
    team = Team(spec("a"))

    def set_ahead(step: str) -> None:
        if step == "sending":
            team.machine.clock.ahead_s = 4000

    team.apply(reach=set_ahead)
    assert team.shop.requests == []


def test_a_run_waits_for_what_another_one_is_placing_and_never_ends_green_over_a_doubt() -> None:
    team = Team(spec("a"))
    team.dies(killed)
    began = team.world.seconds
    report = team.apply(run="second")
    assert team.world.seconds - began >= team.config.apply.intent_s
    assert report.exit_code is ExitCode.IN_DOUBT
    assert [(order.name, order.outcome) for order in report.orders] == [("a", "in-doubt")]
    assert report.plan.actions[0].kind == "hold"
    assert "being placed by run run" in report.plan.actions[0].reason
    assert len(team.shop.requests) == 1


@pytest.mark.parametrize("step", ["intended", "sending", "answered", "spooled", "recorded"])
def test_after_a_kill_at_any_step_nothing_is_sent_again(step: str) -> None:
    team = Team(spec("a"), query=False)
    team.dies(at=step)
    sent = len(team.shop.requests)
    team.world.seconds += 5000
    team.apply(run="second")
    assert len(team.shop.requests) == sent
    assert team.standing("a") in (Standing.IN_DOUBT, Standing.PLACED)


def test_an_outcome_that_only_the_spool_knows_is_recorded_by_the_next_run() -> None:
    team = Team(spec("a"), query=False)
    team.dies(at="spooled")
    report = team.apply(run="second")
    assert [entry.name for entry in report.replayed] == ["a"]
    assert report.exit_code is ExitCode.DONE
    assert team.state().orders["a"].order_no == team.shop.bought[0].order.order_no
    assert team.machine.spool.kept == []


def test_a_rejection_that_only_the_spool_knows_frees_the_order() -> None:
    team = Team(spec("a"), query=False)
    team.shop.script.append(Rejection(400, "no"))
    team.dies(at="spooled")
    report = team.apply(run="second")
    assert [entry.name for entry in report.replayed] == ["a"]
    assert report.count("placed") == 1


def test_a_number_that_is_spooled_while_another_run_begins_is_not_forgotten() -> None:
    team = Team(spec("a"), query=False)
    spool = team.machine.spool
    entries = spool.entries

    def overtaken() -> Sequence[Spooled]:
        # The beginning run has read the ledger by now, and not yet the spool.
        spool.entries = entries  # type: ignore[method-assign]
        team.dies(at="spooled", run="rival")
        return entries()

    spool.entries = overtaken  # type: ignore[method-assign]
    team.apply(run="second")
    assert team.state().orders["a"].order_no == team.shop.bought[0].order.order_no
    assert spool.kept == []


def test_a_number_whose_intent_the_ledger_lacks_stops_every_run_and_is_never_recorded() -> None:
    team = Team(spec("a"), query=False)
    before = list(team.store.lines)
    team.dies(at="spooled")
    team.store.lines[:] = before  # a copy from before the run was put back
    team.machine.mark.head = None
    with pytest.raises(LedgerOlder, match=r"got the number PROG_0001(.|\n)*accept-older"):
        team.apply(run="second")
    assert team.state().orders == {}
    assert [entry.name for entry in team.machine.spool.kept] == ["a"]
    assert len(team.shop.bought) == 1


def test_a_doubt_that_the_ledger_lost_with_its_intent_refuses_and_stays_in_the_spool() -> None:
    team = Team(spec("a"), query=False)
    before = list(team.store.lines)
    team.shop.script.append(lost_after_storing)
    team.dies(at="spooled")
    team.store.lines[:] = before
    team.machine.mark.head = None
    for _ in range(2):
        with pytest.raises(LedgerOlder, match="got no answer that tells"):
            team.apply(run="second")
    assert len(team.shop.bought) == 1


def test_when_the_ledger_fails_after_sending_the_number_is_reported_and_spooled() -> None:
    team = Team(spec("a"), query=False)
    good_append = team.store.append

    def fail(lines: object, head: object) -> None:
        raise StoreUnreachable("the disk is gone")

    def store_then_break(shop: Shop, request: bytes) -> Outcome:
        order_no = shop.store(request)
        team.store.append = fail  # type: ignore[method-assign,assignment]
        return Receipt(order_no)

    team.shop.script.append(store_then_break)
    report = team.apply()
    assert report.exit_code is ExitCode.LEDGER
    assert report.unrecorded == ("a",)
    assert report.unspooled == ()
    assert report.orders[0].order_no == team.shop.bought[0].order.order_no
    team.store.append = good_append  # type: ignore[method-assign]
    assert [entry.name for entry in team.apply(run="second").replayed] == ["a"]
    assert team.standing("a") is Standing.PLACED


def test_when_the_ledger_does_not_answer_to_an_intent_nothing_is_sent() -> None:
    team = Team(spec("a", 0), spec("b", 1))

    def fail(lines: object, head: object) -> None:
        raise StoreUnreachable("no answer")

    team.store.append = fail  # type: ignore[method-assign,assignment]
    report = team.apply()
    assert team.shop.requests == []
    assert report.exit_code is ExitCode.LEDGER
    assert report.count("not-sent") == 2


def test_an_append_that_landed_without_an_answer_is_recognised() -> None:
    team = Team(spec("a"))
    append = team.store.append

    def lose(lines: list[bytes], head: str) -> None:
        append(lines, head)
        raise HeadMoved("a client library tried twice and saw its own write")

    team.store.append = lose  # type: ignore[method-assign,assignment]
    report = team.apply()
    assert report.exit_code is ExitCode.DONE
    assert len(team.shop.bought) == 1


def test_a_missing_ledger_refuses() -> None:
    team = Team(spec("a"))
    team.store.lines.clear()
    with pytest.raises(LedgerMissing):
        team.apply()
    assert team.shop.requests == []


@pytest.mark.parametrize(
    ("part", "call", "error", "words"),
    [
        ("spool", "prepare", OSError(28, "No space left on device"), "No space left"),
        ("spool", "entries", OSError(5, "Input/output error"), "order numbers"),
        ("mark", "noted", OSError(5, "Input/output error"), "an older copy"),
    ],
)
def test_a_disk_that_takes_no_outcome_or_tells_none_refuses_before_anything_is_sent(
    part: str, call: str, error: OSError, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = Team(spec("a"))

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(getattr(team.machine, part), call, fail)
    with pytest.raises(Refused, match=words):
        team.apply()
    assert team.shop.requests == []


def test_a_disk_that_fills_up_while_sending_loses_no_number() -> None:
    team = Team(spec("a"))

    def full(entry: object) -> None:
        raise OSError(28, "No space left on device")

    team.machine.spool.keep = full  # type: ignore[method-assign]
    assert team.apply().exit_code is ExitCode.DONE
    assert team.standing("a") is Standing.PLACED


def test_a_disk_without_room_for_further_outcomes_sends_no_further_order() -> None:
    team = Team(spec("a", 0), spec("b", 1), spec("c", 2), concurrency=1)
    answers = iter([None, None, OSError(28, "No space left on device")])

    def fills_up(outcomes: int) -> None:
        if (answer := next(answers)) is not None:
            raise answer

    team.machine.spool.prepare = fills_up  # type: ignore[method-assign]
    report = team.apply()
    assert len(team.shop.bought) == 1
    assert report.stopped is not None
    assert "No space left" in report.stopped
    assert [order.outcome for order in report.orders] == ["placed", "not-sent", "not-sent"]
    assert report.exit_code is ExitCode.REJECTED


def test_a_limit_refuses_all_and_sends_nothing() -> None:
    team = Team(spec("a", 0), spec("b", 1))
    team.limit("ordersPerApply", 1)
    with pytest.raises(Refused, match=r"satops\.yaml:9"):
        team.apply()
    assert team.shop.requests == []


def test_what_is_in_doubt_counts_as_spent() -> None:
    team = Team(spec("a", 0), query=False)
    team.shop.script.append(InDoubt("lost"))
    team.apply()
    team.limit("ordersPerApply", 1)
    team.specs.append(spec("b", 1))
    with pytest.raises(Refused) as refused:
        team.apply()
    assert refused.value.exit_code is ExitCode.IN_DOUBT
    assert len(team.shop.requests) == 1


def test_a_limit_is_held_again_when_another_run_spends_in_the_meantime() -> None:
    team = Team(spec("a", 0), spec("b", 1), batch=10)
    team.limit("ordersPerMonth", 2)
    other = Team(spec("x", 5))
    other.store, other.shop = team.store, team.shop

    def overtake(shop: Shop, request: bytes) -> Outcome:
        other.apply(run="other")
        return Receipt(shop.store(request))

    team.config = replace(team.config, apply=replace(team.config.apply, concurrency=1, batch=1))
    team.shop.script.append(overtake)
    report = team.apply()
    assert report.count("placed") == 1
    assert report.count("not-sent") == 1
    assert report.stopped is not None
    assert "ordersPerMonth" in report.stopped


def test_an_order_placed_by_another_run_in_the_meantime_is_not_placed_again() -> None:
    team = Team(spec("a", 0), spec("b", 1), concurrency=1)
    twin = Team(spec("b", 1))
    twin.store, twin.shop = team.store, team.shop

    def overtake(shop: Shop, request: bytes) -> Outcome:
        twin.apply(run="twin")
        return Receipt(shop.store(request))

    team.shop.script.append(overtake)
    report = team.apply()
    assert [order.outcome for order in report.orders] == ["placed", "placed-by-other"]
    assert len(team.shop.bought) == 2


def test_an_order_that_another_run_was_placing_is_told_as_it_stands_after_the_wait() -> None:
    team = Team(spec("a", 0), spec("b", 1), concurrency=1)
    twin = Team(spec("b", 1))
    twin.store, twin.shop = team.store, team.shop

    def overtake(shop: Shop, request: bytes) -> Outcome:
        twin.dies(at="spooled", run="twin")
        return Receipt(shop.store(request))

    def sleep(seconds: float) -> None:
        twin.reconcile()

    team.shop.script.append(overtake)
    team.machine.clock.sleep = sleep  # type: ignore[method-assign]
    report = team.apply()
    assert [(it.name, it.outcome) for it in report.orders] == [
        ("a", "placed"),
        ("b", "placed-by-other"),
    ]
    assert report.exit_code is ExitCode.DONE
    assert len(team.shop.bought) == 2


def test_the_same_order_bought_under_another_name_in_the_meantime_is_held() -> None:
    team = Team(spec("a", 0), spec("b", 1), concurrency=1)
    twin = Team(spec("renamed", 1))
    twin.store, twin.shop = team.store, team.shop

    def overtake(shop: Shop, request: bytes) -> Outcome:
        twin.apply(run="twin")
        return Receipt(shop.store(request))

    team.shop.script.append(overtake)
    assert [order.outcome for order in team.apply().orders] == ["placed", "conflict"]


def test_a_tree_that_is_not_understood_sends_nothing() -> None:
    team = Team(spec("a"))
    fault = Problem("F01", Severity.ERROR, "orders/b.yaml", 1, 1, "", "unknown field", "…")
    with pytest.raises(InvalidInput):
        team.apply(tree=Tree((spec("a"),), (fault,), 2))
    assert team.shop.requests == []


def test_a_conflict_blocks_its_own_order_and_shows_in_the_exit_code() -> None:
    team = Team(spec("a", 0))
    team.apply()
    team.specs = [spec("a", 3), spec("b", 1)]
    report = team.apply(run="second")
    assert report.exit_code is ExitCode.INVALID
    assert report.count("placed") == 1
    assert len(team.shop.bought) == 2


def test_a_conflict_cannot_be_acknowledged() -> None:
    team = Team(spec("a", 0))
    team.apply()
    team.specs = [spec("a", 3, acknowledge=["X03"])]
    report = team.apply(run="second")
    assert report.exit_code is ExitCode.INVALID
    assert [problem.acknowledged for problem in report.plan.problems] == [None]


def test_what_the_ledger_and_the_clock_bring_names_its_order() -> None:
    team = Team(spec("a", 0))
    team.apply()
    team.specs = [spec("a", 3), spec("copy", 0), spec("late", 5, starts_in_days=-30)]
    found = {(problem.check, problem.order) for problem in team.plan().problems}
    assert found == {("X03", "a"), ("X01", "copy"), ("T03", "late")}


def test_a_check_of_the_clock_that_is_an_error_holds_its_own_order_and_no_neighbour() -> None:
    team = Team(spec("first", 0), spec("second", 1), spec("third", 2))
    late = Problem("T04", Severity.ERROR, "orders/all.yaml", 1, 1, "", "too soon", "…", "second")
    plan = team.plan(tree=Tree(tuple(team.specs), (late,), 1))
    assert {action.name: (action.kind, action.reason) for action in plan.actions} == {
        "first": (ActionKind.CREATE, "new"),
        "second": (ActionKind.EXPIRED, "too soon"),
        "third": (ActionKind.CREATE, "new"),
    }


def test_a_guard_that_refuses_sends_nothing() -> None:
    team = Team(spec("a"))

    def refuse(plan: object) -> None:
        raise Refused("the plan has moved")

    with pytest.raises(Refused):
        team.apply(confirm=refuse)
    assert team.shop.requests == []


def test_an_interrupt_starts_nothing_new_and_records_what_was_under_way() -> None:
    team = Team(spec("a", 0), spec("b", 1), concurrency=1)
    report = team.apply(stopping=lambda: bool(team.shop.requests))
    assert [order.outcome for order in report.orders] == ["placed", "not-sent"]
    assert report.exit_code is ExitCode.INTERRUPTED
    assert team.standing("a") is Standing.PLACED


def test_every_result_is_heard_as_it_comes() -> None:
    team = Team(spec("a", 0), spec("b", 1))
    report = team.apply()
    assert team.heard.expected == 2
    assert tuple(team.heard.results) == report.orders


def test_a_fault_of_our_own_while_sending_is_in_doubt() -> None:
    team = Team(spec("a"))

    def stumble(shop: Shop, request: bytes) -> Outcome:
        shop.store(request)
        raise ZeroDivisionError

    team.shop.script.append(stumble)
    assert team.apply().exit_code is ExitCode.IN_DOUBT


def test_a_receipt_outranks_what_was_settled_in_the_meantime() -> None:
    team = Team(spec("a"), query=False)
    team.dies(at="spooled")
    team.world.seconds += 5000
    not_placed(team)
    team.apply(run="second")
    assert team.standing("a") is Standing.PLACED
    assert len(team.shop.bought) == 1


def test_the_number_of_another_order_is_no_receipt() -> None:
    team = Team(spec("a", 0), spec("b", 1))
    team.shop.script.extend(
        [lambda shop, request: Receipt(shop.store(request)), Receipt("PROG_0001")]
    )
    report = team.apply()
    assert {order.name: order.outcome for order in report.orders} == {
        "a": "placed",
        "b": "in-doubt",
    }
    team.specs.append(spec("c", 2))
    team.shop.script.append(Receipt("PROG_0001"))
    assert [order.outcome for order in team.apply(run="second").orders] == ["in-doubt"]
