"""`satops list`: filters, sums and formats, from the command line."""

import csv
import io
import re
import shutil
from pathlib import Path

import pytest

from satops.errors import ExitCode
from tests.cli.conftest import Satops
from tests.season import season


@pytest.fixture
def winter(satops: Satops) -> Satops:
    """A repository whose ledger is that of a whole season."""
    ledger = satops.root / "state/ledger.jsonl"
    ledger.write_bytes(b"".join(line + b"\n" for line in season().lines))
    return satops


def names(ran: str) -> list[str]:
    return [line.split()[0] for line in ran.splitlines()[1:] if "  " in line]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--label", "team=ports", "--label", "ticket=P-1"], ["hamburg"]),
        (["--state", "rejected", "--state", "not-sent"], ["offline", "refused"]),
        (["--status", "failed"], ["tonle-sap"]),
        (["--series", "ports-2031", "--window", "2031-03-02/.."],
         ["ports-2031.hkg.2031-03", "ports-2031.sgp.2031-03"]),
        (["--since", "2030-11-20", "--until", "2030-11"], ["hamburg", "no-labels"]),
    ],
)  # fmt: skip
def test_filters_choose(winter: Satops, arguments: list[str], expected: list[str]) -> None:
    assert names(winter("list", *arguments).out) == expected
    listed = winter("list", "--json", *arguments).json["orders"]
    assert [order["name"] for order in listed] == expected


def test_what_hydrology_spent_in_december(winter: Satops) -> None:
    asked = ("list", "--by", "label:team", "--since", "2030-12", "--until", "2030-12")
    ran = winter(*asked)
    (line,) = [line for line in ran.out.splitlines() if line.startswith("hydrology")]
    cells = re.split(" {2,}", line)
    assert cells == [
        "hydrology", "4", "1", "2", "5", "8,300", "500.00 EUR + 13,500.75 USD", "12,500.00",
    ]  # fmt: skip
    assert "AMOUNT" in ran.out
    assert "It names no currency" in ran.out
    (found,) = winter(*asked, "--json").json["sums"]
    assert found["group"] == {"label:team": "hydrology"}
    assert found["estimates"] == {"EUR": 500.0, "USD": 13500.75}
    (row,) = csv.DictReader(io.StringIO(winter(*asked, "--format", "csv").out))
    assert (row["estimates.USD"], row["amounts."]) == ("13500.75", "12500.0")


def test_labels_are_those_of_the_tree_where_it_has_them(satops: Satops) -> None:
    orders = satops.root / "orders"
    mekong, hanoi = orders / "mekong-flood.yaml", orders / "hanoi.yaml"
    assert satops("apply", "--yes").code == ExitCode.DONE
    for file in (mekong, hanoi):
        file.write_text(re.sub("team: [a-z]+", "team: floods", file.read_text("utf-8")), "utf-8")
    new = re.sub("name: [^ \\n]+", "name: never-bought", mekong.read_text("utf-8"))
    (orders / "new.yaml").write_text(new, "utf-8")
    shutil.copy(hanoi, orders / "twice.yaml")  # two specs of one name: neither speaks

    def listed(*arguments: str) -> dict[str, str]:
        found = satops("list", "--json", *arguments).json["orders"]
        return {order["name"].split("-")[0]: order["labels"]["team"] for order in found}

    assert listed() == {"da": "ports", "hanoi": "planning", "mekong": "floods"}
    assert list(listed("--label", "team=floods")) == ["mekong"]
    sums = satops("list", "--by", "label:team", "--json").json["sums"]
    teams = {each["group"]["label:team"]: each["orders"] for each in sums}
    assert teams == {"floods": 1, "planning": 1, "ports": 1}
    # Whatever hides a spec, its order is listed as it was bought.
    mekong.write_text("name: [", "utf-8")
    assert listed()["mekong"] == "hydrology"
    shutil.rmtree(orders)
    assert listed()["mekong"] == "hydrology"


def test_nothing_chosen_is_said(winter: Satops) -> None:
    assert winter("list", "--label", "team=nobody").out == "No order is like that.\n"
    assert winter("list", "--label", "team=nobody", "--json").json["orders"] == []
    assert winter("list", "--label", "team=nobody", "--format", "csv").out.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["--by", "team"], ["--since", "soon"], ["--window", "2031-01"], ["--label", "team"],
        ["--by", "month", "--format", "geojson"], ["--json", "--format", "csv"],
        ["--state", "pending"], ["--window", "2031-02/2031-01"],
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_64(winter: Satops, arguments: list[str]) -> None:
    assert winter("list", *arguments).code == 64


def test_a_map_holds_every_order(winter: Satops, tmp_path: Path) -> None:
    found = winter("list", "--format", "geojson").json["features"]
    assert len(found) == len(winter("list", "--json").json["orders"])
