"""Servers that take conditional writes and ignore the condition: each is caught in time."""

from pathlib import Path

import pytest

from satops.adapters.stores.open import scratch_beside
from satops.cli.context import Call
from satops.cli.main import main
from satops.errors import ExitCode
from satops.workflow.proof import prove
from tests.fakes.clock import FakeClock
from tests.servers.fleet import Servers
from tests.servers.objects import ObjectServer

BOTH_WON = "the store told both that they won"


@pytest.fixture(params=["rclone", "s3rver"])
def liar(
    request: pytest.FixtureRequest, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> ObjectServer:
    server = servers.objects(request.param)
    for name, value in server.environ.items():
        monkeypatch.setenv(name, value)
    return server


def test_a_server_that_lets_two_writers_win_is_caught(liar: ObjectServer, tmp_path: Path) -> None:
    with scratch_beside(liar.address(f"liars/{tmp_path.name}"), tmp_path) as open_scratch:
        proof = prove(open_scratch, FakeClock())
    assert not proof.holds
    assert BOTH_WON in proof.broken


def test_no_ledger_begins_on_such_a_server_and_nothing_is_bought_on_it(
    liar: ObjectServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = Call(directory=tmp_path)
    assert main(["init"], call) == ExitCode.DONE
    config = tmp_path / "satops.yaml"
    before = "state: file:state/ledger.jsonl"
    text = config.read_text("utf-8")
    assert before in text
    config.write_text(text.replace(before, f"state: {liar.address(tmp_path.name)}"))
    assert main(["ledger", "start", "--yes"], call) == ExitCode.REFUSED
    assert BOTH_WON in capsys.readouterr().err
    # A ledger that was brought there in another way.
    copied = ["ledger", "copy", "file:state/ledger.jsonl", liar.address(tmp_path.name)]
    assert main(copied, call) == ExitCode.DONE
    assert main(["apply", "--yes"], call) == ExitCode.REFUSED
    assert "broke its promise" in capsys.readouterr().err
    assert main(["doctor"], call) == ExitCode.LEDGER
    said = capsys.readouterr().out
    assert BOTH_WON in said
    assert "First mend: store" in said
