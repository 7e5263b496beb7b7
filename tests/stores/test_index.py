"""What `show` and `history` say of one order is the same with an index as without, and costs less.

How: one ledger, in a file and in a database, asked about every order by the real command line.
"""

import json
from pathlib import Path

import pytest

from satops.cli.context import Call
from satops.cli.main import main
from satops.core.ledger.events import (
    DoubtSettled,
    Event,
    OrderAdopted,
    StatusObserved,
    SubmissionLeftInDoubt,
    SubmissionNotSent,
    SubmissionRejected,
)
from satops.errors import ExitCode
from tests.chains import RUN, STARTED, chain, intended, placed
from tests.servers.fleet import Servers
from tests.servers.postgresql import PostgreSQL

CONFIG = 'marketplace: {{url: sandbox}}\ntimezone: UTC\nstate: "{}"\n'
LIVES: dict[str, list[Event]] = {
    "placed": [intended("placed"), placed("placed"), StatusObserved("placed", "PROG_placed", 4)],
    "again": [
        intended("again", max_cloud=1),
        SubmissionNotSent("again", 1, "refused"),
        intended("again", attempt=2, max_cloud=1),
        SubmissionRejected("again", 2, 400, 'not a "name":"placed"'),
    ],
    "doubt": [
        intended("doubt", max_cloud=2),
        SubmissionLeftInDoubt("doubt", 1, "no whole answer", "cut"),
        DoubtSettled("doubt", 1, placed=True, by="Ada", because="seen", order_no="PROG_d"),
        placed("doubt", order_no="PROG_twice"),
    ],
    "adopted": [OrderAdopted("adopted", "PROG_a", "Ada", "bought by hand")],
    "open": [intended("open", max_cloud=3)],
}


class Twins:
    """Two repositories: the ledger of one is a file, that of the other a database."""

    def __init__(self, folder: Path, server: PostgreSQL) -> None:
        self.server, self.database = server, server.database()
        addresses = {"file": "file:ledger.jsonl", "db": server.address(self.database)}
        for name, address in addresses.items():
            (folder / name / "orders").mkdir(parents=True)
            (folder / name / "satops.yaml").write_text(CONFIG.format(address))
        self.folder = folder
        lines, _ = chain(STARTED, RUN, *(event for life in LIVES.values() for event in life))
        (folder / "file" / "ledger.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
        call = Call(directory=folder / "file")
        assert main(["ledger", "copy", "file:ledger.jsonl", addresses["db"]], call) == ExitCode.DONE

    def __call__(self, where: str, *arguments: str) -> int:
        return main([*arguments, "--json"], Call(directory=self.folder / where))


@pytest.fixture
def twins(tmp_path: Path, servers: Servers, capsys: pytest.CaptureFixture[str]) -> Twins:
    made = Twins(tmp_path, servers.postgresql())
    capsys.readouterr()
    return made


@pytest.mark.parametrize("verb", ["show", "history"])
@pytest.mark.parametrize("name", [*LIVES, "never-heard-of"])
def test_an_index_changes_nothing_about_what_is_said(
    twins: Twins, verb: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    codes, said = [], []
    for where in ("file", "db"):
        codes.append(twins(where, verb, name))
        said.append(capsys.readouterr())
    assert codes[0] == codes[1]
    assert said[0] == said[1]
    if name in LIVES:
        events = json.loads(said[0].out)["events"]
        assert [event["kind"] for event in events] == [type(e).__name__ for e in LIVES[name]]


@pytest.mark.parametrize("verb", ["show", "history"])
def test_only_the_lines_about_the_order_are_read(
    twins: Twins, verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    damage = "UPDATE satops.events SET line = 'damaged' WHERE seq = {}"
    twins.server.run(twins.database, damage.format(2))
    assert twins("db", verb, "placed") == ExitCode.DONE
    assert twins("db", verb, "doubt") == ExitCode.DONE
    # Who reads all of it finds the damage; and what is read is checked.
    assert twins("db", "verify") == ExitCode.LEDGER
    line = '{"format":"satops.ledger/1","name":"placed","seq":4}'
    forged = f"UPDATE satops.events SET line = '{line}' WHERE seq = 4"
    twins.server.run(twins.database, forged)
    capsys.readouterr()
    assert twins("db", verb, "placed") == ExitCode.LEDGER
    assert "Line 4 of the ledger was changed" in capsys.readouterr().err
    torn = """UPDATE satops.events SET line = '{"name":"placed",' WHERE seq = 4"""
    twins.server.run(twins.database, torn)
    assert twins("db", verb, "placed") == ExitCode.LEDGER
    assert "satops verify" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["show", "history"])
def test_a_ledger_that_is_missing_is_not_an_order_without_events(
    twins: Twins, verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    twins.server.run(twins.database, "DELETE FROM satops.events")
    assert twins("db", verb, "placed") == ExitCode.LEDGER
    assert "There is no ledger" in capsys.readouterr().err


def test_tables_of_an_older_version_are_brought_forward_as_the_message_says(
    twins: Twins, capsys: pytest.CaptureFixture[str]
) -> None:
    older = ("DROP INDEX satops.events_of_order", "DELETE FROM satops.migrations WHERE version = 2")
    twins.server.run(twins.database, *older)
    assert twins("db", "history", "placed") == ExitCode.LEDGER
    assert "satops ledger start" in capsys.readouterr().err
    assert twins("db", "ledger", "start", "--yes") == ExitCode.REFUSED
    assert "There is a ledger" in capsys.readouterr().err
    assert twins("db", "history", "placed") == ExitCode.DONE
    assert twins("db", "verify") == ExitCode.DONE
