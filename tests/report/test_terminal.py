"""What a terminal shows: the same content as a pipe, with colours and the terminal's width.

How: the report is drawn on the far end of a pseudo-terminal, and its control codes are taken out.
"""

import os
import pty
import re
import threading
from collections.abc import Sequence
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from satops.core.plan.plan import ActionKind
from satops.offers.eo_imagery import EO_IMAGERY
from satops.report import terminal
from satops.report.layout import Block, Line, Row, Table, command, cut, plain
from satops.report.text.plan import plan_blocks
from satops.report.text.rows import list_blocks
from satops.workflow.rows import Reading
from tests.report.samples import NOW, action, known, plan, problem

CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
PLAN = plan(action(ActionKind.CREATE), action(ActionKind.CONFLICT, "old"), problems=(problem(),))


def drawn(blocks: Sequence[Block], columns: int, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm-256color")
    ours, theirs = pty.openpty()
    read: list[bytes] = []

    def collect() -> None:
        try:
            while chunk := os.read(ours, 4096):
                read.append(chunk)
        except OSError:  # the other end is closed
            return

    reader = threading.Thread(target=collect)
    reader.start()
    with os.fdopen(theirs, "w", encoding="utf-8") as stream:
        terminal.draw(blocks, stream)
    reader.join()
    os.close(ours)
    return b"".join(read).decode().replace("\r\n", "\n")


def words(text: str) -> list[str]:
    return CODES.sub("", text).replace("·", " ").split()


def test_a_wide_terminal_shows_what_a_pipe_shows_in_colour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    blocks = list(plan_blocks(PLAN))
    text = drawn(blocks, 200, monkeypatch)
    assert "\x1b[32m" in text
    assert words(text) == " ".join(plain(blocks)).split()


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    text = drawn(list(plan_blocks(PLAN)), 200, monkeypatch)
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", text)


def test_a_narrow_terminal_loses_no_word_and_breaks_no_cell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    blocks = list(plan_blocks(PLAN))
    text = CODES.sub("", drawn(blocks, 60, monkeypatch))
    assert words(text) == " ".join(plain(blocks)).split()
    assert "2031-03-01 00:00 → 03-15 00:00 (14 d)" in text
    assert max(map(len, text.splitlines())) <= 60


def test_a_command_to_copy_is_never_wrapped(monkeypatch: pytest.MonkeyPatch) -> None:
    copied = command("satops resolve a-name-that-is-long --placed PROG_ORDER_202310270001 --yes")
    assert copied.text in CODES.sub("", drawn([copied], 40, monkeypatch))


def test_markup_in_a_name_stays_text(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "[bold]x[/bold] :smile:" in drawn([Line("[bold]x[/bold] :smile:")], 80, monkeypatch)


LETTERS = st.sampled_from(
    ["a", "Ž", "é", "e\u0301", "河", "ー", "ﾊ", "م", "م\u064e", "ก\u0e33", "한", "-", " "]
)
NAMES = st.lists(LETTERS, min_size=1, max_size=60).map("".join)


def listed(names: list[str], order_no: str) -> list[Block]:
    reading = Reading(EO_IMAGERY, NOW)
    for name in names:
        order = known(name)
        order.order_no, order.status = order_no, 5
        reading.state.orders[name] = order
    return list(list_blocks(reading.rows))


@given(st.lists(NAMES, min_size=1, max_size=4), st.text("PROG_01河", max_size=60))
def test_a_list_holds_eighty_columns_whatever_its_names(names: list[str], order_no: str) -> None:
    stream = StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "80")
        terminal.draw(listed(names, order_no), stream)
    assert max(map(cell_len, stream.getvalue().splitlines())) < 80


@given(NAMES)
def test_the_columns_of_a_table_line_up_by_cells(name: str) -> None:
    title, row, *_ = plain([Table(("NAME", "NEXT"), [name], lambda item: Row((item, "x")))])
    assert cell_len(title[: title.index("NEXT")]) == cell_len(row[:-1])


@given(NAMES, st.integers(2, 30))
def test_a_text_that_is_cut_keeps_its_ends_and_its_width(name: str, width: int) -> None:
    shown = cut(name, width)
    assert cell_len(shown) <= width
    assert shown == name or (shown.count("…") == 1 and name.startswith(shown.partition("…")[0]))


def test_marks_without_end_are_cut_too() -> None:
    assert len(cut("e" + "\u0301" * 1_000, 20)) <= 20


@pytest.mark.parametrize("columns", ["0", "", "x", "-1"])
def test_columns_that_say_nothing_are_the_usual_ones(
    columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = []
    for given_columns in (columns, "80"):
        monkeypatch.setenv("COLUMNS", given_columns)
        stream = StringIO()
        terminal.draw(plan_blocks(PLAN), stream)
        texts.append(stream.getvalue())
    assert texts[0] == texts[1]
    assert "hanoi-2031-03" in texts[0]


def test_a_long_name_loses_its_middle_and_only_columns_that_may_go_are_lost() -> None:
    name = f"hanoi-{'x' * 100}-2031-03"
    stream = StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "80")
        terminal.draw(listed([name], "PROG_1"), stream)
    title, row, *_ = stream.getvalue().splitlines()
    assert title.split() == ["NAME", "STATE", "STATUS", "WINDOW", "(UTC)"]
    assert row.startswith("hanoi-xxx")
    assert "…" in row
    assert "-03  placed  awaiting-image  2031-03-01 → 03-14" in row


def test_a_sentence_without_blanks_is_parted_at_the_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    stream = StringIO()
    terminal.draw([Line("注文" * 100, indent=4)], stream)
    lines = stream.getvalue().splitlines()
    assert max(map(cell_len, lines)) < 60
    assert "".join(line.strip() for line in lines) == "注文" * 100
