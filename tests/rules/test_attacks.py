"""docs/safety.md names a test for each thing that a pull request can carry: each is there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "safety.md").read_text("utf-8")
SECTION = PAGE.partition("## What a pull request can carry\n")[2].partition("\n## ")[0]
ROWS = [line for line in SECTION.splitlines() if line.startswith("| ")][1:]


def test_there_are_rows() -> None:
    assert len(ROWS) >= 5


@pytest.mark.parametrize("row", ROWS)
def test_a_row_names_a_test_that_is_there(row: str) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", row.rpartition(" | ")[2])
    assert named, f"no test in the last column: {row}"
    for path, name in named:
        functions = ast.walk(ast.parse((ROOT / path).read_text("utf-8")))
        assert name in {f.name for f in functions if isinstance(f, ast.FunctionDef)}
