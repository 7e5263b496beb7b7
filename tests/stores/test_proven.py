"""A store that was never proven from here: apply asks for it, and doctor gives it."""

import json
import os
from pathlib import Path

import pytest

from satops.adapters.stores.open import open_store
from satops.cli.context import Call
from satops.cli.main import main
from satops.errors import ExitCode
from tests.servers.fleet import Servers

BEFORE = "state: file:state/ledger.jsonl"


class Team:
    """A repository with three orders, whose ledger lies on a server."""

    def __init__(self, root: Path, machines: Path, address: str) -> None:
        self.machines = machines
        """Folders of what each machine keeps to itself."""
        self.call = Call(directory=root)
        self.forget()
        self.address = open_store(address, root).address
        assert main(["init"], self.call) == ExitCode.DONE
        self.point_to(address)

    def point_to(self, address: str) -> None:
        config = self.call.directory / "satops.yaml"
        _, separator, rest = config.read_text("utf-8").partition("state: ")
        assert separator
        config.write_text(f"{_}state: {json.dumps(address)}\n{rest.partition(chr(10))[2]}")

    def __call__(self, *arguments: str, **environ: str) -> int:
        call = Call(directory=self.call.directory, environ={**self.call.environ, **environ})
        return main(arguments, call)

    def forget(self) -> None:
        """Become another machine, which has the repository and nothing else."""
        number = len(list(self.machines.iterdir()))
        local = self.machines / f"machine-{number}"
        local.mkdir()
        self.call.environ = {**os.environ, "SATOPS_LOCAL": str(local)}


@pytest.fixture(params=["postgresql", "seaweedfs"])
def team(
    request: pytest.FixtureRequest,
    servers: Servers,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Team:
    machines = tmp_path_factory.mktemp("machines")
    if request.param == "postgresql":
        server = servers.postgresql()
        return Team(tmp_path, machines, f"{server.address(server.database())}#team-a")
    objects = servers.objects(request.param)
    for name, value in objects.environ.items():
        monkeypatch.setenv(name, value)
    return Team(tmp_path, machines, objects.address(f"proven/{tmp_path.name}"))


def test_apply_asks_for_the_proof_of_a_store_that_was_proven_elsewhere(
    team: Team, capsys: pytest.CaptureFixture[str]
) -> None:
    assert team("ledger", "start", "--yes") == ExitCode.DONE
    team.forget()
    assert team("apply", "--yes") == ExitCode.REFUSED
    said = capsys.readouterr().err
    assert "was never proven from this machine" in said
    assert "satops doctor" in said
    assert team("doctor") == ExitCode.DONE
    assert "Of two racing writers one won, 20 times of 20" in capsys.readouterr().out
    assert team("apply", "--yes") == ExitCode.DONE
    assert team("verify") == ExitCode.DONE
    assert team("plan", "--detailed-exitcode") == ExitCode.DONE


def test_a_proof_counts_for_its_own_address_alone(team: Team) -> None:
    assert team("ledger", "start", "--yes") == ExitCode.DONE
    kept = (json.loads(path.read_bytes()) for path in team.machines.rglob("*.json"))
    assert [noted["address"] for noted in kept if "address" in noted] == [team.address]
    team.forget()
    assert (
        team("apply", "--yes", SATOPS_PROVEN="postgresql://other/db#x s3://other")
        == ExitCode.REFUSED
    )
    assert team("apply", "--yes", SATOPS_PROVEN=f"s3://other {team.address}") == ExitCode.DONE


def test_starting_a_ledger_proves_the_store_first(team: Team) -> None:
    assert team("ledger", "start", "--yes") == ExitCode.DONE
    assert team("apply", "--yes") == ExitCode.DONE
    assert team("ledger", "start", "--yes") == ExitCode.REFUSED


def test_a_ledger_moves_to_a_server_and_back_without_changing_a_byte(team: Team) -> None:
    root = team.call.directory
    original = (root / "state" / "ledger.jsonl").read_bytes()
    target = (root / "satops.yaml").read_text("utf-8").partition("state: ")[2].partition("\n")[0]
    address = json.loads(target)
    assert team("ledger", "copy", "file:state/ledger.jsonl", address) == ExitCode.DONE
    assert team("doctor") == ExitCode.DONE
    assert team("apply", "--yes") == ExitCode.DONE
    assert team("ledger", "copy", address, "file:back/ledger.jsonl") == ExitCode.DONE
    back = (root / "back" / "ledger.jsonl").read_bytes()
    assert back.startswith(original)
    assert b"".join(line + b"\n" for line in open_store(address, root).read()) == back
    assert team("ledger", "copy", "file:state/ledger.jsonl", address) == ExitCode.REFUSED
