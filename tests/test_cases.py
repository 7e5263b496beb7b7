"""A case is a file: each one under `cases/valid` is taken, each under `cases/invalid` refused.

The first line of an invalid case names the checks that must find it and their lines, and nothing
else may.  `{year}` in a case stands for the next year, so that no case grows old.
"""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from satops.adapters.files.order_files import OrderTree
from satops.core.plan.config import Config
from satops.core.problem import Severity
from satops.core.spec.schema import REFUSED
from satops.workflow.validate import Tree
from tests.trees import tree_of

CASES = Path(__file__).parent / "cases"
YEAR = str(datetime.now(UTC).year + 1)


def cases(kind: str) -> list[Path]:
    """Return the files of one kind."""
    return sorted((CASES / kind).iterdir())


def text_of(case: Path) -> tuple[str, str]:
    """Return the text of a case, line ends as they are, and its encoding."""
    content = case.read_bytes()
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    return content.decode(encoding), encoding


def read(case: Path, root: Path) -> Tree:
    """Read one case as a repository of its own, with the AOI files of all cases."""
    shutil.copytree(CASES / "aois", root / "aois")
    (root / "orders").mkdir()
    text, encoding = text_of(case)
    content = text.replace("{year}", YEAR).encode(encoding)
    (root / "orders" / case.name).write_bytes(content)
    return tree_of(OrderTree(root, "orders/"), Config(timezone=UTC))


@pytest.mark.parametrize("case", cases("valid"), ids=lambda case: case.name)
def test_a_valid_case_is_taken(case: Path, tmp_path: Path) -> None:
    tree = read(case, tmp_path)
    assert [p for p in tree.problems if p.severity is Severity.ERROR] == []
    text = case.read_text()
    stood_for = [int(count) for count in re.findall(r"^expect: (\d+)$", text, re.MULTILINE)]
    assert len(tree.specs) == (sum(stood_for) or text.count("---\n") + 1)


@pytest.mark.parametrize("case", cases("invalid"), ids=lambda case: case.name)
def test_an_invalid_case_is_refused_for_the_reasons_that_it_names(
    case: Path, tmp_path: Path
) -> None:
    head = text_of(case)[0].splitlines()[0]
    expected = sorted(head.removeprefix("# expect: ").split(", "))
    tree = read(case, tmp_path)
    found = [f"{p.check} {p.line}" for p in tree.problems if p.severity is Severity.ERROR]
    assert sorted(found) == expected
    assert all(p.detail.isprintable() and p.detail.endswith((".", "?")) for p in tree.problems)
    assert REFUSED.summary not in {p.summary for p in tree.problems}
