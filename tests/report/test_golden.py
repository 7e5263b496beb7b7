"""Every report against the file that shows how it looks; a wording that is meant renews them.

How: a text report is written as for a pipe, and drawn 120 and 80 columns wide without colours.
"""

from difflib import unified_diff
from io import StringIO
from pathlib import Path

import pytest

from satops.report.layout import Block, plain
from satops.report.terminal import console_on, draw_on
from tests.report.cases import FILES, TEXTS

GOLDEN = Path(__file__).parent / "golden"
COLUMNS = (120, 80)


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_report_reads_as_its_golden_file(
    name: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = [
        f"=== {title} ({', '.join(widths)}) ===\n\n{text}\n"
        for title, blocks in TEXTS[name]().items()
        for text, widths in drawn(list(blocks), monkeypatch).items()
    ]
    compare(f"{name}.txt", "\n".join(parts), request)


@pytest.mark.parametrize("name", FILES)
def test_a_report_in_another_form_has_the_bytes_of_its_golden_file(
    name: str, request: pytest.FixtureRequest
) -> None:
    compare(name, b"".join(FILES[name]()).decode(), request)


def test_there_is_no_golden_file_without_a_report() -> None:
    expected = {f"{name}.txt" for name in TEXTS} | FILES.keys()
    assert {file.name for file in GOLDEN.iterdir()} == expected


def drawn(blocks: list[Block], monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Return each text that a report makes, and the widths that make it."""
    texts = {"\n".join(plain(blocks)): ["pipe"]}
    for columns in COLUMNS:
        monkeypatch.setenv("COLUMNS", str(columns))
        stream = StringIO()
        draw_on(console_on(stream), blocks)
        lines = (line.rstrip() for line in stream.getvalue().splitlines())
        texts.setdefault("\n".join(lines), []).append(str(columns))
    return texts


def compare(name: str, text: str, request: pytest.FixtureRequest) -> None:
    """Fail with the difference to a golden file; with `--update-golden`, write it instead."""
    file = GOLDEN / name
    if request.config.getoption("--update-golden"):
        file.write_text(text, "utf-8")
    before = file.read_text("utf-8") if file.exists() else ""
    if text != before:
        lines = unified_diff(before.splitlines(), text.splitlines(), "golden", "now", lineterm="")
        pytest.fail(
            f"{name} has changed:\n\n" + "\n".join(lines) + "\n\nIf this is meant, renew it:\n\n"
            "    python -m pytest tests/report --update-golden\n",
            pytrace=False,
        )
