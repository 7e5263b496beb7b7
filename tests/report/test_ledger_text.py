"""list, show, history, verify, refresh and what a person settles, for people."""

import pytest

from satops.core.ledger.chain import Head
from satops.core.ledger.events import DoubtSettled, OrderAdopted, StatusObserved
from satops.core.ledger.state import LedgerState, OrderState, Standing
from satops.report.layout import Block, plain
from satops.report.subject import status_words
from satops.report.text.history import history_blocks
from satops.report.text.list import list_blocks, show_blocks
from satops.report.text.reconcile import adopted_blocks, refresh_blocks, settled_blocks
from satops.report.text.setup import verify_blocks
from satops.workflow.refresh import RefreshReport
from satops.workflow.verify import LedgerProblem, VerifyReport
from tests.report.samples import NOW, known, spec

START = {"seq": 1, "time": NOW, "kind": "LedgerStarted", "ledger": "abc"}
EVENTS = [
    START,
    {"seq": 2, "time": NOW, "kind": "RunStarted", "command": "apply", "host": "ci", "actor": "Lan",
     "commit": "f" * 40, "pull_request": "https://example.test/pull/7"},
    {"seq": 3, "time": NOW, "kind": "SubmissionIntended", "name": "a", "attempt": 1,
     "order_digest": "d" * 64},
    {"seq": 4, "time": NOW, "kind": "SubmissionLeftInDoubt", "name": "a", "attempt": 1,
     "reason": "cut"},
    {"seq": 5, "time": NOW, "kind": "DoubtSettled", "name": "a", "placed": True, "order_no": "N1",
     "by": "Lan", "because": "seen"},
    {"seq": 6, "time": NOW, "kind": "SubmissionRejected", "name": "b", "code": 400,
     "message": "no"},
    {"seq": 7, "time": NOW, "kind": "OrderAdopted", "name": "c", "order_no": "N2", "by": "Lan",
     "because": "by phone"},
    {"seq": 8, "time": NOW, "kind": "StatusObserved", "name": "a", "order_no": "N1", "status": 3},
    {"seq": 9, "time": NOW, "kind": "SubmissionPlaced", "name": "d", "order_no": "N3"},
    {"seq": 10, "time": NOW, "kind": "SubmissionNotSent", "name": "e", "reason": "refused"},
    {"seq": 11, "time": NOW, "kind": "RunFinished", "placed": 2, "expected": 3},
]  # fmt: skip


def lines(blocks: "list[Block]") -> list[str]:
    return list(plain(blocks))


def state(*orders: OrderState) -> LedgerState:
    made = LedgerState()
    made.orders = {order.name: order for order in orders}
    return made


def test_a_list_is_sorted_and_ends_with_the_totals() -> None:
    delivered = known("b")
    delivered.status = 2
    shown = lines(list(list_blocks(state(delivered, known("a", Standing.BEING_PLACED)), NOW)))
    assert shown[0].split() == ["NAME", "STATE", "ORDER", "PLACED", "(UTC)", "STATUS"]
    assert shown[1].split() == ["a", "in", "doubt"]
    assert shown[2].split() == ["b", "placed", "PROG_1", "2031-01-31", "08:00:01", "delivered"]
    assert shown[-1] == "2 orders: 1 placed, 1 in doubt."


def test_an_empty_ledger_is_listed_in_words() -> None:
    assert lines(list(list_blocks(LedgerState(), NOW))) == ["The ledger knows no orders yet."]


def test_one_order_is_shown_with_all_that_is_known_of_it() -> None:
    text = "\n".join(lines(list(show_blocks(known(), spec(), [START], NOW))))
    for part in ("hanoi-2031-03", "orders/hanoi.yaml:1", "PROG_1", "changguang very-high (0.5 m)",
                 "21.03°N 105.85°E", "69.1 km²", "LedgerStarted"):  # fmt: skip
        assert part in text


def test_an_order_without_a_spec_and_one_without_a_ledger_are_shown_too() -> None:
    assert "not in the tree" in "\n".join(lines(list(show_blocks(known(), None, [], NOW))))
    assert "orders/hanoi.yaml:1" in "\n".join(lines(list(show_blocks(None, spec(), [], NOW))))


def test_an_order_in_doubt_is_shown_with_what_to_do() -> None:
    doubt = known(standing=Standing.IN_DOUBT)
    assert "    satops reconcile" in lines(list(show_blocks(doubt, None, [], NOW)))


def test_every_kind_of_event_says_what_happened() -> None:
    text = lines(list(history_blocks(EVENTS)))
    said = {line.split()[3]: line for line in text[1:]}
    assert said["LedgerStarted"].endswith("ledger abc")
    assert said["RunStarted"].endswith(
        "apply by Lan at ffffffffffff for https://example.test/pull/7 on ci"
    )
    assert said["SubmissionIntended"].endswith("attempt 1, order dddddddddddd")
    assert said["DoubtSettled"].endswith("placed as N1, by Lan: seen")
    assert said["SubmissionRejected"].endswith("no (code 400)")
    assert said["OrderAdopted"].endswith("N2, by Lan: by phone")
    assert said["StatusObserved"].endswith("N1 has the status 3")
    assert said["SubmissionPlaced"].endswith("N3")
    assert said["SubmissionNotSent"].endswith("refused")
    assert said["RunFinished"].endswith("placed 2 of 3 expected")


def test_a_history_without_events_says_so() -> None:
    assert lines(list(history_blocks([]))) == ["The ledger has no such events."]


def verified(**other: object) -> VerifyReport:
    fields = {
        "address": "file:state/ledger.jsonl", "events": 3, "head": Head(3, "e" * 64),
        "broken": None, "problems": (), "anchored_at": None, "unterminated_bytes": 0,
    } | other  # fmt: skip
    return VerifyReport(**fields)  # type: ignore[arg-type]


def test_a_whole_ledger_is_called_whole_with_its_head() -> None:
    shown = lines(list(verify_blocks(verified(anchored_at=3, unterminated_bytes=9))))
    assert shown[-2] == (
        "The ledger at file:state/ledger.jsonl is whole: 3 events. The anchor is event 3."
    )
    assert shown[-1] == f"Head: {'e' * 64}"
    assert "9 bytes of a write that was cut off" in shown[0]


@pytest.mark.parametrize("anchored_at", [None, 2])
def test_a_last_line_that_no_anchor_holds_may_have_been_changed(anchored_at: int | None) -> None:
    text = " ".join(lines(list(verify_blocks(verified(anchored_at=anchored_at)))))
    assert "No line after it holds the last one" in text
    assert "satops verify --head DIGEST" in text


def test_a_broken_ledger_names_its_first_bad_line() -> None:
    broken = verified(
        broken=LedgerProblem(4, "It does not follow."), problems=(LedgerProblem(2, "Odd."),)
    )
    shown = lines(list(verify_blocks(broken)))
    assert shown[0] == "The chain breaks at line 4:"
    assert "Line 2: Odd." in shown
    assert "is NOT whole: 3 events before the first break." in shown[-2]
    odd = verified(problems=(LedgerProblem(2, "Odd."),))
    assert "is NOT whole: 3 events in all." in lines(list(verify_blocks(odd)))[-2]


def test_what_a_person_settles_says_what_comes_of_it() -> None:
    placed = DoubtSettled("a", 1, placed=True, by="Lan", because="seen", order_no="N1")
    assert lines(list(settled_blocks(placed))) == ["a is placed as N1."]
    gone = DoubtSettled("a", 1, placed=False, by="Lan", because="asked")
    assert "The next apply will buy it" in lines(list(settled_blocks(gone)))[0]


def test_an_adopted_order_without_a_spec_warns_of_the_name() -> None:
    bare = OrderAdopted("c", "N2", by="Lan", because="by phone")
    assert "is never bought" in lines(list(adopted_blocks(bare)))[1]


def test_a_refresh_names_what_changed_and_what_was_not_seen() -> None:
    report = RefreshReport((StatusObserved("a", "N1", 3),), ("b",))
    shown = lines(list(refresh_blocks(report)))
    assert shown[1].split() == ["a", "N1", "completed"]
    assert shown[-2].startswith("b: the marketplace does not list this order")
    assert shown[-1] == "1 status changed."


def test_a_status_that_the_documentation_lacks_is_shown_as_a_number() -> None:
    assert [status_words(number) for number in (3, 77, None)] == ["completed", "status 77", ""]
