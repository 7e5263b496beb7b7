"""What a shell completes: names, labels and codes, and nothing where nothing can be read."""

import pytest

from satops.cli.main import satops as command_line
from tests.cli.conftest import Satops
from tests.season import season


@pytest.fixture
def winter(satops: Satops) -> Satops:
    """A repository with three specs, and a ledger that knows other orders."""
    ledger = satops.root / "state/ledger.jsonl"
    ledger.write_bytes(b"".join(line + b"\n" for line in season().lines))
    return satops


def completed(place: Satops, *words: str) -> list[str]:
    from click.shell_completion import ShellComplete

    *before, begun = words
    arguments = ["-C", str(place.root), *before]
    complete = ShellComplete(command_line, {}, "satops", "_SATOPS_COMPLETE")
    return [item.value for item in complete.get_completions(arguments, begun)]


@pytest.mark.parametrize("verb", ["show", "history", "resolve", "apply", "plan"])
def test_names_of_orders_come_from_files_and_ledger(winter: Satops, verb: str) -> None:
    assert completed(winter, verb, "ham") == ["hamburg"]
    (name,) = completed(winter, verb, "hanoi")
    assert f"name: {name}" in (winter.root / "orders/hanoi.yaml").read_text("utf-8")


def test_labels_and_codes_are_completed(winter: Satops) -> None:
    assert completed(winter, "list", "--label", "team=h") == ["team=hydrology"]
    assert "sample=yes" in completed(winter, "apply", "--label", "sa")
    assert "A09" in completed(winter, "explain", "a0")


def test_what_cannot_be_read_completes_to_nothing(empty: Satops) -> None:
    assert completed(empty, "show", "") == []
    (empty.root / "satops.yaml").write_text("{")
    assert completed(empty, "list", "--label", "") == []
    assert completed(empty, "explain", "A") == []
