"""The life of an order, told by the commands alone."""

import pytest

from satops.errors import ExitCode
from tests.cli.conftest import Satops


def test_a_new_repository_validates_and_plans_its_samples(satops: Satops) -> None:
    assert satops("validate").code == ExitCode.DONE
    planned = satops("plan", "--json")
    assert planned.code == ExitCode.DONE
    assert planned.json["summary"]["create"] == 3
    assert planned.err == ""


def test_what_is_bought_is_never_bought_twice(satops: Satops) -> None:
    applied = satops("apply", "--yes", "--json")
    assert applied.code == ExitCode.DONE
    assert applied.json["summary"] == {
        "expected": 3, "placed": 3, "rejected": 0, "not_sent": 0, "in_doubt": 0,
    }  # fmt: skip
    again = satops("apply", "--yes", "--json")
    assert again.code == ExitCode.DONE
    assert again.json["summary"]["expected"] == 0
    assert satops("plan").out.endswith("every order that can be bought is bought.\n")


def test_every_order_number_can_be_read_back(satops: Satops) -> None:
    placed = {o["name"]: o["order_no"] for o in satops("apply", "--yes", "--json").json["orders"]}
    listed = {o["name"]: o["order_no"] for o in satops("list", "--json").json["orders"]}
    assert listed == placed
    assert all(number in satops("list").out for number in placed.values())
    name, number = next(iter(placed.items()))
    shown = satops("show", name, "--json").json
    assert shown["ledger"]["order_no"] == number
    assert shown["spec"]["order"]["version"] == "order/1"
    assert number in satops("show", name).out
    kinds = [event["kind"] for event in satops("history", name, "--json").json["events"]]
    assert kinds == ["SubmissionIntended", "SubmissionPlaced"]


def test_the_sandbox_says_that_nothing_real_was_ordered(satops: Satops) -> None:
    applied = satops("apply", "--yes")
    assert "Nothing real is ordered." in applied.err
    assert "nothing real was ordered" in applied.out


def test_each_order_number_is_on_stderr_as_soon_as_it_is_known(satops: Satops) -> None:
    applied = satops("-q", "apply", "--yes", "--json")
    for order in applied.json["orders"]:
        assert f"{order['name']}: placed as {order['order_no']}" in applied.err


def test_a_placed_order_that_is_edited_is_a_conflict_and_buys_nothing(satops: Satops) -> None:
    satops("apply", "--yes")
    satops.edit("orders/hanoi.yaml", "maxCloud: 20", "maxCloud: 10")
    planned = satops("plan")
    assert planned.code == ExitCode.INVALID
    assert "maxCloud: 20 → 10" in planned.out
    applied = satops("apply", "--yes", "--json")
    assert applied.code == ExitCode.INVALID
    assert applied.json["orders"] == []


def test_a_spec_that_is_deleted_is_retired_and_kept_when_it_returns(satops: Satops) -> None:
    satops("apply", "--yes")
    path = satops.root / "orders/hanoi.yaml"
    text = path.read_text("utf-8")
    path.unlink()
    assert satops("plan", "--json").json["summary"]["retired"] == 1
    path.write_text(text, "utf-8")
    assert satops("plan", "--json").json["summary"]["keep"] == 3


def test_a_lost_answer_is_in_doubt_until_reconcile_finds_the_order(satops: Satops) -> None:
    lost = satops.faults({"kind": "close", "count": 1})
    applied = satops("apply", "--yes", "--json", environ=lost)
    assert applied.code == ExitCode.IN_DOUBT
    assert applied.json["summary"]["in_doubt"] == 1
    assert "in doubt" in satops("list").out
    planned = satops("plan")
    assert planned.code == ExitCode.DONE
    assert "    satops reconcile" in planned.out
    settled = satops("reconcile", "--json")
    assert settled.code == ExitCode.DONE
    assert [finding["settled"] for finding in settled.json["findings"]] == ["placed"]
    assert {order["state"] for order in satops("list", "--json").json["orders"]} == {"placed"}


def test_a_dry_run_of_reconcile_settles_nothing(satops: Satops) -> None:
    satops("apply", "--yes", environ=satops.faults({"kind": "close", "count": 1}))
    assert "would be settled as placed" in satops("reconcile", "--dry-run").out
    states = {order["state"] for order in satops("list", "--json").json["orders"]}
    assert states == {"placed", "in-doubt"}


def test_a_person_settles_a_doubt_by_hand(satops: Satops) -> None:
    unseen = satops.faults({"kind": "reset", "count": 1, "store": "never"})
    satops("apply", "--yes", environ=unseen)
    (name,) = (o["name"] for o in satops("list", "--json").json["orders"] if not o["order_no"])
    assert satops("reconcile").code == ExitCode.IN_DOUBT
    assert satops("resolve", name, "--not-placed", "--yes").code == ExitCode.USAGE
    resolve = ["resolve", name, "--not-placed", "--because", "asked them", "--yes"]
    early = satops(*resolve)
    assert early.code == ExitCode.IN_DOUBT
    assert "proves nothing" in early.err
    assert satops(*resolve, "--unchecked").code == ExitCode.DONE
    assert satops("apply", "--yes", "--json").json["summary"]["placed"] == 1


def test_a_rejected_order_ends_with_5_and_is_sent_again_once_somebody_has_seen_that(
    satops: Satops,
) -> None:
    satops("plan", "--out", "before.json")
    refused = satops.faults(
        {"kind": "status", "status": 400, "message": "Satellite not available", "count": 1}
    )
    applied = satops("apply", "--yes", environ=refused)
    assert applied.code == ExitCode.REJECTED
    assert "Satellite not available (code 400)" in applied.out
    assert "Placed 2 of 3 expected (1 rejected)" in applied.out
    assert "rejected before: Satellite not available" in satops("plan").out
    # A later merge is about other orders, and so is a review from before the rejection.
    left: dict[str, str] = {}
    for by in ((), ("--reviewed", "before.json")):
        later = satops("apply", "--yes", "--json", *by)
        assert later.code == ExitCode.REJECTED
        (left,) = later.json["orders"]
        assert left["outcome"] == "rejected-before"
        assert f"satops apply {left['name']}" in left["message"]
    # Who names it has seen it.
    assert satops("apply", left["name"], "--yes", environ=refused).code == ExitCode.REJECTED
    assert "rejected before, 2 times: Satellite not available" in satops("plan").out
    satops("plan", "--out", "seen.json")
    assert satops("apply", "--yes", "--reviewed", "seen.json").code == ExitCode.DONE


def test_an_order_that_was_placed_elsewhere_is_adopted_and_never_bought(satops: Satops) -> None:
    name = satops("plan", "--json").json["actions"][0]["name"]
    assert satops("adopt", name, "PROG_9", "--yes").code == ExitCode.USAGE
    unknown = satops("adopt", name, "PROG_9", "--because", "by phone", "--yes")
    assert unknown.code == ExitCode.REFUSED
    taken = satops(
        "adopt", name, "PROG_9", "--because", "by phone", "--unchecked", "--yes", "--json"
    )
    assert taken.code == ExitCode.DONE
    assert taken.json["order_no"] == "PROG_9"
    assert satops("plan", "--json").json["summary"]["keep"] == 1


@pytest.mark.parametrize(
    ("name", "order_no"),
    [("Not A Name", "PROG_9"), ("", "PROG_9"), ("flood", ""), ("flood", " "), ("flood", "PROG 9"),
     ("flood", "PROG_9\n"), ("flood", "\x1b[31mPROG_9"), ("x" * 129, "PROG_9")],
)  # fmt: skip
def test_nothing_is_adopted_that_is_no_name_or_no_number(
    satops: Satops, name: str, order_no: str
) -> None:
    before = satops("verify", "--json").json["head"]
    wrong = satops("adopt", name, order_no, "--because", "by phone", "--unchecked", "--yes")
    assert wrong.code == ExitCode.USAGE
    assert satops("list", "--json").json["orders"] == []
    assert "cannot be" in wrong.err
    assert satops("verify", "--json").json["head"] == before


def test_a_refresh_reads_the_statuses_of_the_marketplace(satops: Satops) -> None:
    satops("apply", "--yes")
    refreshed = satops("refresh", "--json")
    assert refreshed.code == ExitCode.DONE
    assert len(refreshed.json["observed"]) == 3
    assert "ordered" in satops("list").out
    assert satops("refresh").out.endswith("no statuses changed.\n")


def test_the_demo_tells_it_all_in_a_scratch_folder(empty: Satops) -> None:
    told = empty("demo")
    assert told.code == ExitCode.DONE, told.err
    commands = ("init", "validate", "plan", "apply --yes", "list", "reconcile", "refresh", "verify")
    for command in commands:
        assert f"$ satops {command}\n" in told.out
    assert "error X03" in told.out
    assert "hue-flood: in doubt since" in told.out
    assert "Settled 1 of 1." in told.out
    assert "Placed 6 of 6 expected" in told.out
    assert "10 products fetched to " in told.out
    assert list(empty.root.iterdir()) == []


def test_the_demo_keeps_its_repository_when_asked(empty: Satops) -> None:
    assert empty("demo", "--keep", "kept").code == ExitCode.DONE
    assert (empty.root / "kept/state/ledger.jsonl").exists()
    assert empty("demo", "--keep", "kept").code == ExitCode.REFUSED
