"""A spool from elsewhere: its numbers count where the marketplace shows them, and nothing else."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from satops.adapters.files.local_state import ledger_folder
from satops.adapters.files.spool import FileSpool, read_carried
from satops.core.ledger.events import RunStarted
from satops.core.ledger.state import Standing
from satops.core.order.submission import InDoubt, NotSent, Outcome, Receipt, Rejection
from satops.errors import ExitCode, MarketplaceUnreachable, UsageError
from satops.ports import Spooled
from satops.workflow.carried_spool import CarriedReport, take_carried
from satops.workflow.send import SENDS_MAX
from satops.workflow.verify import verify
from tests.workflow.people import corrected, not_placed
from tests.workflow.team import Shop, Team, spec


def lost(shop: Shop, request: bytes) -> Outcome:
    """Store the order, and let the answer be lost."""
    shop.store(request)
    return InDoubt("no whole answer")


def in_doubt(*names: str) -> Team:
    """Return a team whose orders were stored, and whose answers were lost."""
    team = Team(*(spec(name, number) for number, name in enumerate(names)))
    team.shop.script.extend([lost] * len(names))
    team.apply(run="first")
    return team


def receipt(team: Team, name: str, order_no: str | None = None, **changes: object) -> Spooled:
    """Return what the run on the other machine would have spooled; `a` has the first number."""
    known = team.state().orders[name]
    number = order_no or {"a": "PROG_0001", "b": "PROG_0002"}[name]
    entry = Spooled(
        "team", "first", name, known.attempt, known.intent, "2031-05-06T07:08:09Z", Receipt(number)
    )
    return replace(entry, **changes)


def take(team: Team, *entries: Spooled) -> CarriedReport:
    """Take a spool, as a person on a machine that has none of its own."""
    session = team.session(team.new_machine())
    session.begin(RunStarted("ledger replay", "satops", "m"))
    return take_carried(
        session, entries, 0, marketplace=team.shop, config=team.config, by="a person"
    )


def refused(team: Team, *entries: Spooled) -> list[str]:
    """Return why numbers are left out; nothing may be recorded for them."""
    before = list(team.store.lines)
    report = take(team, *entries)
    assert team.store.lines == before
    assert all(each.settled is None for each in report.receipts)
    return [each.why for each in report.receipts]


def test_a_number_that_the_marketplace_shows_settles_its_submission() -> None:
    team = in_doubt("a")
    entry = receipt(team, "a")
    report = take(team, entry)
    assert report.exit_code is ExitCode.DONE
    assert team.standing("a") is Standing.PLACED
    assert team.state().orders["a"].order_no == "PROG_0001"
    assert verify(team.store).problems == ()
    assert team.apply(run="next").expected == 0
    again = take(team, entry)
    assert [(each.known, each.why) for each in again.receipts] == [(True, "")]
    assert again.exit_code is ExitCode.DONE
    assert len(team.shop.bought) == 1


def test_a_person_can_take_a_carried_number_back() -> None:
    team = in_doubt("a")
    take(team, receipt(team, "a"))
    corrected(team)
    assert team.standing("a") is Standing.IN_DOUBT


def test_a_number_is_taken_while_the_run_that_got_it_has_not_ended() -> None:
    team = Team(spec("a"))

    def carry(shop: Shop, request: bytes) -> Outcome:
        order_no = shop.store(request)
        take(team, receipt(team, "a", order_no))
        return Receipt(order_no)

    team.shop.script.append(carry)
    assert team.apply(run="first").exit_code is ExitCode.DONE
    assert team.state().orders["a"].order_nos == ("PROG_0001",)


def test_a_number_comes_late_for_what_a_person_settled_as_not_placed() -> None:
    team = in_doubt("a")
    entry = receipt(team, "a")
    team.world.seconds += 400
    not_placed(team)
    assert team.standing("a") is Standing.NOT_PLACED
    assert take(team, entry).exit_code is ExitCode.DONE
    assert team.standing("a") is Standing.PLACED
    assert team.apply(run="next").expected == 0
    assert len(team.shop.bought) == 1
    assert verify(team.store).problems == ()


FORGED: dict[str, tuple[Callable[[Team], Spooled], str]] = {
    "a number that nobody gave": (
        lambda team: receipt(team, "a", "PROG_9999"),
        "the marketplace does not show this number",
    ),
    "the number of another order": (
        lambda team: receipt(team, "a", "PROG_0002"),
        "the marketplace shows another order: shape",
    ),
    "another intent": (
        lambda team: receipt(team, "a", intent="f" * 64),
        "the ledger knows no such submission",
    ),
    "the intent of another name": (
        lambda team: receipt(team, "a", intent=team.state().orders["b"].intent),
        "the ledger knows no such submission",
    ),
    "a name that the ledger does not know": (
        lambda team: replace(receipt(team, "a"), name="c"),
        "the ledger knows no such submission",
    ),
    "a number with a blank": (
        lambda team: receipt(team, "a", "PROG_0001 "),
        "this cannot be an order number",
    ),
    "a number with an escape": (
        lambda team: receipt(team, "a", "PROG_0001\x1b[2J"),
        "this cannot be an order number",
    ),
}


@pytest.mark.parametrize(("forge", "why"), FORGED.values(), ids=FORGED)
def test_a_forged_receipt_records_nothing(forge: Callable[[Team], Spooled], why: str) -> None:
    team = in_doubt("a", "b")
    assert refused(team, forge(team)) == [why]
    assert take(team, forge(team)).exit_code in (ExitCode.IN_DOUBT, ExitCode.REFUSED)
    assert team.standing("a") is Standing.IN_DOUBT
    assert len(team.shop.bought) == 2


def test_a_number_that_the_ledger_holds_for_another_name_is_left_out() -> None:
    team = in_doubt("a")
    team.specs.append(spec("b", 1))
    team.apply(run="second")
    placed = team.state().orders["b"].order_no
    assert placed is not None
    assert refused(team, receipt(team, "a", placed)) == [
        "the ledger holds this number under the name b"
    ]


@pytest.mark.parametrize(
    ("moved_s", "why"),
    [
        (-301, "the marketplace shows another order: created -301 s after"),
        (-299, ""),
        (0, ""),
        (600, ""),
        (601, "the marketplace created it after the time of this submission"),
    ],
)
def test_an_alike_order_of_another_time_is_left_out(moved_s: int, why: str) -> None:
    team = in_doubt("a")
    bought = team.shop.bought[0]
    assert bought.order.created_at is not None
    created_at = bought.order.created_at + timedelta(seconds=moved_s)
    bought.order = replace(bought.order, created_at=created_at)
    (found,) = take(team, receipt(team, "a")).receipts
    assert found.why == why


def test_an_order_whose_creation_is_not_shown_is_left_out() -> None:
    team = in_doubt("a")
    team.shop.bought[0].order = replace(team.shop.bought[0].order, created_at=None)
    assert refused(team, receipt(team, "a")) == [
        "the marketplace does not show when it was created"
    ]


def test_two_numbers_for_one_submission_and_one_for_two_are_left_out() -> None:
    team = in_doubt("a", "b")
    two = [receipt(team, "a"), receipt(team, "a", "PROG_0002")]
    assert set(refused(team, *two)) == {"the spool has several numbers for this submission"}
    shared = [receipt(team, "a", "PROG_0001"), receipt(team, "b", "PROG_0001")]
    assert set(refused(team, *shared)) == {"the spool has this number for several submissions"}


@pytest.mark.parametrize("outcome", [Rejection(400, "no"), NotSent("refused")])
def test_a_number_for_what_was_not_bought_for_certain_is_left_out(outcome: Outcome) -> None:
    team = Team(spec("a"))
    team.shop.script.extend([outcome] * SENDS_MAX)
    team.apply(run="first")
    known = team.state().orders["a"]
    team.shop.store(b"".join(team.shop.requests[-1:]))
    assert refused(team, receipt(team, "a", "PROG_0001")) == [
        f"the ledger says that this submission is {known.standing}"
    ]


def test_another_number_for_what_is_placed_is_left_out() -> None:
    team = Team(spec("a"))
    team.apply(run="first")
    team.shop.store(team.shop.requests[0])
    assert refused(team, receipt(team, "a", "PROG_0002")) == [
        "the ledger says that this submission is placed as PROG_0001"
    ]


def test_what_another_run_settles_meanwhile_is_not_settled_again() -> None:
    team = in_doubt("a")
    entry = receipt(team, "a")
    order = team.shop.order

    def overtake(order_no: str) -> object:
        team.reconcile()
        return order(order_no)

    team.shop.order = overtake  # type: ignore[method-assign,assignment]
    (found,) = take(team, entry).receipts
    assert (found.settled, found.why) == (None, "another run settled it meanwhile")
    assert verify(team.store).problems == ()


def test_a_marketplace_that_cannot_be_read_records_nothing() -> None:
    team = in_doubt("a", "b")
    entries = [receipt(team, "a"), receipt(team, "b")]
    order = team.shop.order

    def fail(order_no: str) -> object:
        if order_no == "PROG_0002":
            raise MarketplaceUnreachable("no answer")
        return order(order_no)

    team.shop.order = fail  # type: ignore[method-assign,assignment]
    before = list(team.store.lines)
    with pytest.raises(MarketplaceUnreachable):
        take(team, *entries)
    assert team.store.lines == before


# What is read of the file.


def test_only_receipts_are_read_of_a_file_and_the_rest_is_counted(tmp_path: Path) -> None:
    team = in_doubt("a")
    first, second = receipt(team, "a"), replace(receipt(team, "a"), name="b")
    spool = FileSpool(ledger_folder(tmp_path, "team", "spool"))
    spool.prepare(1)
    for entry in (first, first, second):
        spool.keep(entry)
    for outcome in (NotSent("x"), Rejection(400, "x"), InDoubt("x")):
        spool.keep(replace(first, outcome=outcome))
    folder = tmp_path / "ledgers" / "team" / "spool"
    (file,) = folder.glob("*.jsonl")
    file.write_bytes(file.read_bytes() + b'{"name": "a"}\n[]\n{"cut')
    for path in (file, folder, tmp_path):
        receipts, others = read_carried(path)
        assert receipts == [first, second]
        assert others == 6


def test_a_spool_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/dev/zero")
    (tmp_path / "empty").mkdir()
    (tmp_path / "folder" / "below.jsonl").mkdir(parents=True)
    for name in ("missing", "link", "empty", "folder"):
        with pytest.raises(UsageError, match=name):
            read_carried(tmp_path / name)


def test_links_in_the_folder_of_a_carried_spool_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.jsonl").write_bytes(b"")
    folder = tmp_path / "spool"
    folder.mkdir()
    (folder / "y.jsonl").write_bytes(b"")
    (folder / "down").symlink_to(outside)
    assert read_carried(folder) == ([], 0)
    (folder / "z.jsonl").symlink_to(outside / "x.jsonl")
    with pytest.raises(UsageError, match=r"z\.jsonl: It is a link"):
        read_carried(folder)
