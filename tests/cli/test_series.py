"""A series at the command line: written by `new`, looked at, bought, and left alone afterwards."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from satops.errors import ExitCode
from tests.cli.conftest import Satops
from tests.series import ports

YEAR = datetime.now(UTC).year + 1
NEW = (
    "new", "--series", "ports", "--aoi", "aois/ports.geojson", "--key", "port",
    "--months", f"{YEAR}-01/{YEAR}-03", "--mode", "stripmap", "--mode", "2", "--max-cloud", "20",
)  # fmt: skip


@pytest.fixture
def harbours(satops: Satops) -> Satops:
    """Return a repository with an AOI file of two ports, and no other spec."""
    for spec in (satops.root / "orders").iterdir():
        spec.unlink()
    (satops.root / "aois/ports.geojson").write_text(ports("sgp", "kul"))
    return satops


def test_new_writes_a_series_that_says_how_many_orders_it_stands_for(harbours: Satops) -> None:
    made = harbours(*NEW, "--label", "team=sea")
    assert made.code == ExitCode.DONE
    assert "Wrote orders/ports.yaml. It stands for 12 orders." in made.out
    text = (harbours.root / "orders/ports.yaml").read_text()
    assert "expect: 12\n" in text
    assert "maxCloud: 20}" in text
    assert text.count("maxCloud") == 1, "no cloud limit for radar"
    assert harbours("validate").code == ExitCode.DONE
    assert json.loads(harbours("expand", "orders/ports.yaml", "--json").out)["orders"] == 12


def test_one_mode_is_no_axis(harbours: Satops) -> None:
    assert harbours(*NEW[:9], "--mode", "spotlight").code == ExitCode.DONE
    text = (harbours.root / "orders/ports.yaml").read_text()
    assert "expect: 6\n" in text
    assert text.endswith("order:\n  provider: tianyi\n  resolutionType: spotlight\n")


MISUSE = [
    (("new", "--series", "a", "--aoi", "aois/ports.geojson", "--key", "port"), "Give one of"),
    ((*NEW, "--weeks", f"{YEAR}-w01/{YEAR}-w02"), "Give one of"),
    ((*NEW, "--start", "now"), "--start belongs to a single order"),
    ((*NEW[:9],), "--mode is missing"),
    ((*NEW[:9], "--mode", "9"), "there is no such mode"),
    (("new", "x", "--key", "port"), "--key belongs to a series"),
    (("new",), "NAME is missing"),
]


@pytest.mark.parametrize(("call", "words"), MISUSE)
def test_flags_that_do_not_go_together_write_nothing(
    harbours: Satops, call: tuple[str, ...], words: str
) -> None:
    refused = harbours(*call)
    assert refused.code == ExitCode.USAGE
    assert words in refused.err
    assert list((harbours.root / "orders").iterdir()) == []


def test_a_property_that_is_no_key_writes_nothing(harbours: Satops) -> None:
    refused = harbours(*(("porto" if word == "port" else word) for word in NEW))
    assert refused.code == ExitCode.INVALID
    assert "has no property 'porto'" in refused.err
    assert list((harbours.root / "orders").iterdir()) == []


def test_a_series_is_bought_once_and_its_members_are_known(harbours: Satops) -> None:
    assert harbours(*NEW).code == ExitCode.DONE
    part = harbours("apply", "--yes", f"ports.sgp.{YEAR}-01.stripmap")
    assert part.code == ExitCode.DONE, part.err
    planned = harbours("plan")
    assert re.search(r"^\+ +ports +place 2, month 3, mode 2 +\+11 =1 ", planned.out, re.MULTILINE)
    bought = harbours("apply", "--yes")
    assert bought.code == ExitCode.DONE, bought.err
    again = harbours("plan", "--detailed-exitcode")
    assert again.code == ExitCode.DONE
    events = [
        json.loads(line) for line in (harbours.root / "state/ledger.jsonl").read_text().splitlines()
    ]
    intents = [event for event in events if event["kind"] == "SubmissionIntended"]
    assert len(intents) == 12
    assert {(it["series"], it["members"]) for it in intents} == {("ports", 12)}
    assert intents[0]["keys"] == [["place", "sgp"], ["month", f"{YEAR}-01"], ["mode", "stripmap"]]
    assert intents[0]["axes"] == [
        {"kind": "features", "name": "place"},
        {"kind": "months", "name": "month"},
        {"kind": "keys", "name": "mode"},
    ]
    assert harbours("verify").code == ExitCode.DONE
    matrix = harbours("plan", "--expand", "ports").out
    assert matrix.count("=  ") + matrix.count("=\n") >= 12
    listed = harbours("list", "--series", "ports", "--json")
    assert len(json.loads(listed.out)["orders"]) == 12


def test_the_axes_are_frozen_at_the_command_line(harbours: Satops) -> None:
    harbours(*NEW)
    harbours("apply", "--yes", "ports.*")
    path = Path(harbours.root / "orders/ports.yaml")
    lines = path.read_text().splitlines(keepends=True)
    place, month = (next(n for n, it in enumerate(lines) if f"  {name}:" in it)
                    for name in ("place", "month"))  # fmt: skip
    lines[place], lines[month] = lines[month], lines[place]
    path.write_text("".join(lines))
    refused = harbours("apply", "--yes")
    assert refused.code == ExitCode.INVALID
    assert "The axes of ports are frozen" in refused.out + refused.err
    assert (harbours.root / "state/ledger.jsonl").read_text().count("SubmissionIntended") == 12
