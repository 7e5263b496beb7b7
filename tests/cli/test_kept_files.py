"""Which files a plan parses: only those whose bytes the ledger does not hold as placed."""

import pytest

from satops.core.loading import load
from satops.workflow import read_files
from tests.cli.conftest import Satops


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the paths of the specs that are parsed from now on."""
    paths: list[str] = []

    def noting(content: bytes, *, file: str, **more: str) -> object:
        paths.append(file)
        return load(content, file=file, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(read_files, "load", noting)
    return paths


def test_a_plan_parses_only_files_that_are_not_placed_as_they_stand(
    satops: Satops, parsed: list[str]
) -> None:
    paths = sorted(path.name for path in satops.root.glob("orders/*.yaml"))
    first = satops.root / "orders" / paths[0]

    def plan() -> tuple[set[str], set[str]]:
        parsed.clear()
        actions = satops("plan", "--json").json["actions"]
        return set(parsed), {action["action"] for action in actions}

    everything = {f"orders/{path}" for path in paths}
    assert plan() == (everything, {"create"})
    assert satops("apply", "--yes").code == 0
    assert plan() == (set(), {"keep"})
    first.rename(first.with_name("moved.yaml"))
    assert plan() == (set(), {"keep"})
    first.with_name("moved.yaml").rename(first)
    text = first.read_text("utf-8")
    first.write_text(text + "# a remark\n", "utf-8")
    assert plan() == ({f"orders/{paths[0]}"}, {"keep"})
    first.write_text(text, "utf-8")
    satops.edit("satops.yaml", "timezone: UTC", 'timezone: "+07:00"')
    assert plan()[0] == everything


def test_a_plan_leaves_nothing_behind(satops: Satops) -> None:
    assert satops("apply", "--yes").code == 0
    before = sorted(satops.root.rglob("*"))
    for arguments in (("plan",), ("plan", "--json"), ("list",), ("validate",)):
        assert satops(*arguments).code == 0
    assert sorted(satops.root.rglob("*")) == before
