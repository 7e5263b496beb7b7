"""What a terminal shows: the same content as a pipe, with colours and the terminal's width.

How: the report is drawn on the far end of a pseudo-terminal, and its control codes are taken out.
"""

import os
import pty
import re
import threading
from collections.abc import Sequence

import pytest

from satops.core.plan.plan import ActionKind
from satops.report import terminal
from satops.report.layout import Block, plain
from satops.report.text.plan import plan_blocks
from tests.report.samples import action, plan, problem

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
    from satops.report.layout import command

    copied = command("satops resolve a-name-that-is-long --placed PROG_ORDER_202310270001 --yes")
    assert copied.text in CODES.sub("", drawn([copied], 40, monkeypatch))


def test_markup_in_a_name_stays_text(monkeypatch: pytest.MonkeyPatch) -> None:
    from satops.report.layout import Line

    assert "[bold]x[/bold] :smile:" in drawn([Line("[bold]x[/bold] :smile:")], 80, monkeypatch)
