"""A series in the reports: one row, one map, a matrix, and notes on the lines that bring orders."""

import json
import re
from collections.abc import Iterable

import pytest

from satops.errors import UsageError
from satops.report import github, markdown
from satops.report.layout import Block, plain
from satops.report.text.matrix import matrix_blocks
from satops.report.text.plan import plan_blocks
from tests.half_placed import MONTHS, half
from tests.series import ports


def text(blocks: Iterable[Block]) -> str:
    return "\n".join(plain(blocks))


def test_a_series_is_one_row_of_the_plan() -> None:
    team, changed = half()
    written = text(plan_blocks(team.plan_of(changed)))
    (row,) = [line for line in written.splitlines() if "ports" in line and line[0] == "+"]
    assert re.search(r"\+  ports +port 2, month 3, sensor 2 +\+6 =6 +6 +1,\d{3} ", row)
    assert f"{MONTHS[0]}-01 00:00 → {MONTHS[3]}-01 00:00" in row
    assert "ports.sgp" not in written
    assert "ports: changguang very-high (0.5 m)" in written
    assert "To create: 6 orders" in written
    assert "6 kept as placed" in written


def test_a_kept_series_has_a_row_only_where_all_is_asked_for() -> None:
    team, changed = half()
    team.buy(changed)
    plan = team.plan_of(changed)
    assert "ports" not in text(plan_blocks(plan))
    assert "=12" in text(plan_blocks(plan, show_all=True))


def test_retired_members_are_one_row() -> None:
    team, changed = half()
    changed.document.clear()
    plan = team.plan_of(changed)
    written = text(plan_blocks(plan))
    assert "-6" in written
    assert "ports.sgp" not in written
    assert "`ports`: 6 orders" in markdown.render(plan)


def test_what_is_in_doubt_is_named_by_itself() -> None:
    from satops.core.order.submission import InDoubt

    team, changed = half()
    team.shop.script.append(InDoubt("no answer", "cut"))
    team.buy(changed)
    plan = team.plan_of(changed)
    (name,) = [
        action.name for action in plan.actions if action in (*plan.in_doubt, *plan.being_placed)
    ]
    assert name in text(plan_blocks(plan))


def test_the_page_has_a_row_and_one_outline_for_each_place() -> None:
    team, changed = half()
    page = markdown.render(team.plan_of(changed))
    assert re.search(r"\| `ports` \| port 2, month 3, sensor 2 \| `\+6` `=6` \|", page)
    drawn = json.loads(page.split("```geojson\n")[1].split("```")[0])
    names = [feature["properties"]["name"] for feature in drawn["features"]]
    assert names == ["ports.kul 4 orders", f"ports.sgp.{MONTHS[2]} 2 orders"]
    assert page.count(" :") == 1, "one bar in the calendar"


def test_the_matrix_has_a_sign_for_each_order() -> None:
    team, changed = half()
    changed.document |= {"expect": 10, "except": [{"port": "kul", "sensor": "optical",
                                                   "month": [MONTHS[0], MONTHS[2]]}]}  # fmt: skip
    written = text(matrix_blocks(team.plan_of(changed), "ports"))
    rows = {tuple(line.split()[:2]): line.split()[2:] for line in written.splitlines() if line}
    assert rows["PORT", "SENSOR"] == MONTHS[:3]
    assert rows["sgp", "sar"] == ["=", "=", "+"]
    assert rows["kul", "optical"] == [".", "+", "."]
    with pytest.raises(UsageError, match="Its series: ports"):
        list(matrix_blocks(team.plan_of(changed), "harbours"))


def test_a_note_stands_on_the_line_of_the_key_that_brings_orders() -> None:
    team, changed = half()
    team.buy(changed)
    changed.aois["ports"] = ports("sgp", "kul", "hkg")
    changed.document["expect"] = 18
    notes = [line for line in github.render(team.plan_of(changed)) if "To create" in line]
    (note,) = notes
    assert "file=orders/series.yaml,line=5,col=1" in note
    assert note.endswith("::ports, port hkg.")
    assert "6 orders" in note
