"""The page on the architecture names files that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")


def test_every_file_that_the_page_names_is_there() -> None:
    named = re.findall(r"`((?:[a-z_]+/)*[a-z_]+(?:/|\.(?:py|json|md)))`", PAGE)
    walked = re.findall(r"^  +((?:workflow|core|adapters)/[a-z_/]+(?:\.py|/))", PAGE, re.MULTILINE)
    paths = {path for path in (*named, *walked) if "/" in path or path.endswith(".py")}
    assert len(paths) > 25
    roots = (ROOT, ROOT / "satops", ROOT / "satops" / "core", ROOT / "satops" / "adapters")
    missing = [path for path in sorted(paths) if not any((root / path).exists() for root in roots)]
    assert missing == []


def test_every_part_of_the_package_is_on_the_page() -> None:
    parts = {path.name for path in (ROOT / "satops").iterdir() if (path / "__init__.py").exists()}
    assert [part for part in sorted(parts) if f"`satops/{part}/`" not in PAGE] == []
