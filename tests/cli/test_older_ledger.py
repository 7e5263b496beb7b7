"""An older ledger, one that moves, and one that is broken: nothing is bought twice."""

import json
import time

import pytest

from satops.api.repository import open_repository
from satops.core.ledger.chain import Head
from satops.errors import ExitCode
from tests.cli.conftest import Ran, Satops

LEDGER = "state/ledger.jsonl"
BECAUSE = ("--because", "the disk was replaced", "--yes")


@pytest.fixture
def older(satops: Satops) -> Satops:
    """A repository that bought three orders, and whose ledger of before came back."""
    before = (satops.root / LEDGER).read_bytes()
    assert satops("apply", "--yes").code == ExitCode.DONE
    (satops.root / LEDGER).write_bytes(before)
    satops.edit(
        "satops.yaml",
        "orders: orders/",
        "orders: orders/\nreconcile: {waitS: 1, skewS: 2}\n"
        "apply: {intentS: 3, connectTimeoutS: 0.5, answerTimeoutS: 1.5}",
    )
    return satops


def test_what_only_reads_says_that_the_ledger_is_older(satops: Satops) -> None:
    opened = open_repository(satops.root, environ=satops.environ)
    name = satops("plan", "--json").json["actions"][0]["name"]
    reading = (("plan",), ("list",), ("show", name))
    assert {satops(*verb).err for verb in reading} == {""}
    opened.local_state(opened.session().state.ledger).mark.note(Head(2, "d" * 64))
    for verb in reading:
        said = " ".join(satops(*verb).err.split())
        assert "ends at event 1, and this machine appended event 2 to it" in said
        assert "satops ledger accept-older" in said
    assert "accept-older" not in satops("plan", "--ledger", LEDGER).err


def outcomes(ran: Ran) -> set[str]:
    return {order["outcome"] for order in ran.json["orders"]}


def kinds(satops: Satops, path: str = LEDGER) -> list[str]:
    lines = (satops.root / path).read_bytes().splitlines()
    return [json.loads(line)["kind"] for line in lines]


def test_a_person_accepts_the_older_ledger_and_what_it_lost_stays_held(older: Satops) -> None:
    assert older("apply", "--yes").code == ExitCode.LEDGER
    accepted = older("ledger", "accept-older", "--json", *BECAUSE)
    assert accepted.code == ExitCode.DONE
    fits = [order["fits"] for order in accepted.json["foreign"]]
    assert sorted(name for names in fits for name in names) == sorted(
        action["name"] for action in older("plan", "--json").json["actions"]
    )
    assert "LedgerRestored" in kinds(older)
    time.sleep(9)  # what was bought shortly before may not be listed yet
    for _ in range(3):
        ran = older("apply", "--yes", "--json")
        assert ran.code == ExitCode.INVALID
        assert outcomes(ran) == {"in-account"}
    name = older("plan", "--json").json["actions"][0]["name"]
    down = older.faults({"kind": "status", "status": 503, "on": "query"})
    unseen = older("apply", name, "--unseen", *BECAUSE, "--json", environ=down)
    assert unseen.code == ExitCode.MARKETPLACE


def test_another_machine_passes_where_what_it_had_appended_is_named_as_lost(
    older: Satops, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert older("ledger", "accept-older", *BECAUSE).code == ExitCode.DONE
    assert older("refresh").code == ExitCode.DONE
    other = {"SATOPS_LOCAL": str(tmp_path_factory.mktemp("other"))}
    assert older("refresh", environ=other).code == ExitCode.DONE


def test_there_is_nothing_to_accept_where_nothing_is_missing(satops: Satops) -> None:
    assert satops("apply", "--yes").code == ExitCode.DONE
    refused = satops("ledger", "accept-older", *BECAUSE)
    assert refused.code == ExitCode.REFUSED
    assert "nothing to accept" in refused.err


def test_nothing_is_bought_for_a_while_after_a_restore(older: Satops) -> None:
    older.edit("satops.yaml", "waitS: 1", "waitS: 900")
    assert older("ledger", "accept-older", *BECAUSE).code == ExitCode.DONE
    for spec in (older.root / "orders").glob("*.yaml"):
        spec.write_text(spec.read_text().replace("maxCloud: 20", "maxCloud: 21"))
    ran = older("apply", "--yes")
    assert ran.code == ExitCode.REFUSED
    assert "nothing is bought before" in ran.err


def test_a_ledger_that_moved_is_closed_where_it_was(satops: Satops) -> None:
    assert satops("apply", "--yes").code == ExitCode.DONE
    moved = satops("ledger", "move", "file:state/new.jsonl", "--yes")
    assert moved.code == ExitCode.DONE
    assert kinds(satops)[-1] == "LedgerClosed"
    for command in (["apply", "--yes"], ["refresh"]):
        ran = satops(*command)
        assert ran.code == ExitCode.LEDGER
        assert "file:state/new.jsonl" in ran.err
    for command in (["list"], ["plan"], ["verify"]):
        ran = satops(*command)
        assert ran.code == ExitCode.DONE
        assert ("file:state/new.jsonl" in ran.err) == (command != ["verify"])
    satops.edit("satops.yaml", "state: file:state/ledger.jsonl", "state: file:state/new.jsonl")
    again = satops("apply", "--yes", "--json")
    assert again.code == ExitCode.DONE
    assert again.json["summary"]["expected"] == 0


def test_a_broken_ledger_without_a_copy_goes_on_and_buys_nothing_again(satops: Satops) -> None:
    assert satops("apply", "--yes").code == ExitCode.DONE
    path = satops.root / LEDGER
    lines = path.read_bytes().splitlines(keepends=True)
    lines[4] = lines[4].replace(b"-", b"_", 1)
    broken = satops.root / "broken.jsonl"  # its fifth line was changed, which the sixth shows
    broken.write_bytes(b"".join(lines))
    path.unlink()
    whole = satops("ledger", "start", "--continues", "broken.jsonl", *BECAUSE, "--json")
    assert whole.code == ExitCode.DONE, whole.err
    assert set(kinds(satops)) == {"LedgerStarted", "OrderCarried"}
    listed = {order["name"]: order["state"] for order in satops("list", "--json").json["orders"]}
    assert len(listed) == 3
    assert set(listed.values()) <= {"placed", "in-doubt"}
    assert satops("verify").code == ExitCode.DONE
    ran = satops("apply", "--yes", "--json")
    assert ran.json["summary"]["expected"] == 0
    assert ran.code in (ExitCode.DONE, ExitCode.IN_DOUBT)


def test_what_was_lost_is_adopted_where_the_fit_is_mutual(older: Satops) -> None:
    assert older("ledger", "accept-older", *BECAUSE).code == ExitCode.DONE
    call = ["adopt", "--all-matching", "--because", "lost with the disk", "--json"]
    refused = older(*call)
    assert refused.code == ExitCode.REFUSED
    assert refused.err.count("will NOT be bought") == 3
    digest = refused.err.split("Digest of this list: ")[1].split()[0]
    assert older(*call, "--expect-digest", "0" * 64).code == ExitCode.REFUSED
    adopted = older(*call, "--expect-digest", digest)
    assert adopted.code == ExitCode.DONE
    assert len(adopted.json["adopted"]) == 3
    ran = older("apply", "--yes", "--json")
    assert ran.code == ExitCode.DONE
    assert ran.json["summary"]["expected"] == 0


def test_two_specs_that_read_back_alike_are_left_to_a_person(older: Satops) -> None:
    spec = (older.root / "orders/hanoi.yaml").read_text("utf-8")
    name = next(line for line in spec.splitlines() if line.startswith("name: ")).split()[1]
    twin = spec.replace(name, "twin") + "acknowledge: [{check: X01, reason: on purpose}]\n"
    (older.root / "orders/twin.yaml").write_text(twin, "utf-8")
    assert older("ledger", "accept-older", *BECAUSE).code == ExitCode.DONE
    refused = older("adopt", "--all-matching", "--because", "lost with the disk")
    assert refused.err.count("will NOT be bought") == 2
    assert f"it reads back as {name}, twin" in refused.err


def test_a_whole_ledger_needs_no_successor(satops: Satops) -> None:
    assert satops("apply", "--yes").code == ExitCode.DONE
    copy = satops.root / "copy.jsonl"
    copy.write_bytes((satops.root / LEDGER).read_bytes())
    (satops.root / LEDGER).unlink()
    refused = satops("ledger", "start", "--continues", "copy.jsonl", *BECAUSE)
    assert refused.code == ExitCode.REFUSED
    assert "is whole" in refused.err
