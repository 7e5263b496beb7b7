"""Ledgers, plans, specs and configurations of every version are read by this one."""

import json
import shutil
from pathlib import Path

import pytest

from satops.core.ledger.chain import EMPTY, decode
from satops.core.ledger.events import LedgerStarted, SubmissionIntended, SubmissionPlaced
from satops.core.ledger.recorded import read
from satops.core.ledger.state import LedgerState, Standing
from satops.errors import ExitCode, LedgerCorrupt
from tests.cli.conftest import Satops

VERSIONS = sorted(path for path in Path(__file__).parent.iterdir() if (path / "state").is_dir())


@pytest.fixture(params=VERSIONS, ids=lambda path: path.name)
def old(request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str],
        tmp_path_factory: pytest.TempPathFactory) -> Satops:  # fmt: skip
    """A repository as a version left it."""
    root = tmp_path / "repository"
    shutil.copytree(request.param, root)
    local = tmp_path_factory.mktemp("local")
    return Satops(root, capsys, {"SATOPS_LOCAL": str(local)})


def test_every_version_is_here() -> None:
    assert [path.name for path in VERSIONS] == ["0.1"]


def test_its_ledger_is_whole_and_says_what_it_said(old: Satops) -> None:
    assert old("verify").code == ExitCode.DONE
    listed = {order["name"]: order for order in old("list", "--json").json["orders"]}
    assert {name: order["state"] for name, order in listed.items()} == {
        "elsewhere": "placed",
        "harbour-a": "placed",
        "harbour-b": "in-doubt",
        "harbour-c": "rejected",
        "harbour-d": "placed",
    }
    assert listed["harbour-a"]["order_no"] == "PROG_ORDER_202611300001"
    assert old("history", "--json").code == ExitCode.DONE
    assert old("show", "harbour-b").code == ExitCode.DONE


def test_its_ledger_is_read_as_events_that_lack_what_came_later(old: Satops) -> None:
    lines = (old.root / "state/ledger.jsonl").read_bytes().splitlines()
    events = [found.event for found in read(lines)]
    assert isinstance(events[0], LedgerStarted)
    assert events[0].marketplace is None
    assert {e.intent for e in events if isinstance(e, SubmissionPlaced)} == {None}
    assert {e.series for e in events if isinstance(e, SubmissionIntended)} == {None}


def test_its_specs_and_its_configuration_are_read(old: Satops) -> None:
    assert old("validate").code == ExitCode.DONE
    actions = {a["name"]: a["action"] for a in old("plan", "--json").json["actions"]}
    assert actions == {
        "elsewhere": "retired",
        "harbour-a": "keep",
        "harbour-b": "hold",
        "harbour-c": "create",
        "harbour-d": "keep",
    }


def test_its_saved_plan_is_read_or_refused_with_a_way_on(old: Satops) -> None:
    ran = old("apply", "--plan", "plan.json", "--yes")
    assert ran.code in (ExitCode.USAGE, ExitCode.REFUSED)
    assert "satops" in ran.err


def test_it_buys_nothing_before_a_person_says_whose_orders_it_holds(old: Satops) -> None:
    stopped = old("apply", "--yes")
    assert stopped.code == ExitCode.USAGE
    assert "satops ledger moved --to sandbox --because TEXT" in stopped.err


def test_a_doubt_that_names_its_attempt_alone_is_settled(old: Satops) -> None:
    lines = (old.root / "state/ledger.jsonl").read_bytes().splitlines()
    state = LedgerState()
    state.fold(lines)
    known = state.orders["harbour-b"]
    assert known.standing is Standing.IN_DOUBT
    assert known.submission(None, known.attempt) is known
    assert len(known.intent) == 64


def test_a_person_binds_it_once_and_then_it_goes_on(old: Satops) -> None:
    call = ["ledger", "moved", "--to", "sandbox", "--because", "it always was", "--yes"]
    assert old(*call, "--unchecked").code == ExitCode.DONE
    ran = old("apply", "harbour-c", "--yes", "--json")  # rejected before
    assert ran.code == ExitCode.IN_DOUBT
    assert {o["name"]: o["outcome"] for o in ran.json["orders"]} == {"harbour-c": "placed"}
    assert old("verify").code == ExitCode.DONE


def test_a_ledger_of_a_later_format_is_refused_with_what_to_do(old: Satops) -> None:
    path = old.root / "state/ledger.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"satops.ledger/1"', b'"satops.ledger/2"'))
    with pytest.raises(LedgerCorrupt, match=r"satops 0\.1\.0 wrote it"):
        list(decode(path.read_bytes().splitlines(), after=EMPTY))
    ran = old("plan")
    assert ran.code == ExitCode.LEDGER
    assert "    pip install 'satops>=0.1.0'" in ran.err


def test_a_repository_for_a_newer_version_names_it_before_anything_else(old: Satops) -> None:
    config = old.root / "satops.yaml"
    config.write_text(config.read_text() + 'requires: ">=99.1"\nsomething: new\n')
    ran = old("plan")
    assert ran.code == ExitCode.USAGE
    assert "requires satops >=99.1" in ran.err
    assert "something" not in ran.err
    config.write_text(config.read_text().replace(">=99.1", ">=0.1").replace("something: new", ""))
    assert old("plan").code == ExitCode.DONE


def test_the_plan_that_is_kept_is_one() -> None:
    for version in VERSIONS:
        assert json.loads((version / "plan.json").read_text("utf-8"))["format"] == "satops.plan/1"
