"""Exports are read back by readers that are not ours, and hostile text stays text in them."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest

from satops.report.rows import list_csv, list_geojson, list_json
from satops.workflow.rows import Rows
from tests.season import NOW, Ledger, rows_of, season

HOSTILE = [
    '=HYPERLINK("http://evil.example","click")',
    "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", '"', "a,b", "line\nbreak", "\x1b[31mred",
    "\u202egnp.exe", "‮", "</script><script>", "',\"", "河内", "::set-output::x", "##[error]x",
]  # fmt: skip


def hostile() -> Rows:
    made, at = Ledger(), datetime(2031, 1, 1, tzinfo=UTC)
    for number, text in enumerate(HOSTILE):
        made.begin(f"run-{number}", at, actor=text, pull_request=text, approvals=(text,))
        made.buy(f"order-{number:02}", at, labels={"team": text, text: "x"}, currency=text)
    return rows_of(made)


def test_csv_is_read_back_as_it_was_meant() -> None:
    rows = rows_of(season())
    lines = list(csv.DictReader(io.StringIO(b"".join(list_csv(rows)).decode(), newline="")))
    assert [line["name"] for line in lines] == [row.name for row in rows]
    for line, row in zip(lines, rows, strict=True):
        assert float(line["area_km2"] or 0) == (row.area_km2 or 0)
        assert line["west"] == str((row.order.bounds or ("",))[0])  # numbers stay numbers
        assert line["label.team"] == row.labels.get("team", "")
    total = sum(float(line["estimate"] or 0) for line in lines if line["currency"] == "USD")
    assert total == pytest.approx(sum(
        row.order.estimated_cost or 0 for row in rows if row.order.currency == "USD"
    ))  # fmt: skip


def test_no_text_in_csv_is_a_formula_or_moves_a_cell() -> None:
    text = b"".join(list_csv(hostile())).decode()
    lines = list(csv.reader(io.StringIO(text, newline="")))
    assert {len(line) for line in lines} == {len(lines[0])}
    assert len(lines) == 1 + len(HOSTILE)
    for line in lines:
        for cell in line:
            assert not cell.startswith(("=", "+", "@", "\t", "\r"))
            assert cell.isprintable()
            assert not cell.startswith("-") or float(cell) < 0
    actors = [line[lines[0].index("actor")] for line in lines[1:]]
    assert actors[0] == "'" + HOSTILE[0]


def test_hostile_text_is_the_same_text_in_json() -> None:
    orders = json.loads(b"".join(list_json(hostile())))["orders"]
    assert [order["actor"] for order in orders] == HOSTILE
    features = json.loads(b"".join(list_geojson(hostile())))["features"]
    assert [feature["properties"]["label.team"] for feature in features] == HOSTILE


def test_no_order_is_left_out_of_a_map() -> None:
    rows = rows_of(season())
    collection = json.loads(b"".join(list_geojson(rows)))
    shapes = {f["properties"]["name"]: f["geometry"] for f in collection["features"]}
    assert shapes.keys() == {row.name for row in rows}
    assert [name for name, shape in shapes.items() if shape is None] == ["by-phone"]
    assert shapes["mekong"]["type"] == "Polygon"
    assert collection["as_of"] == NOW
