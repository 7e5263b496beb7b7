"""`import satops`: the same verbs as functions, imported when they are first used."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import satops
from satops.errors import InvalidInput, LedgerMissing, Refused, UsageError
from satops.workflow.scaffold import Wanted

NOBODY: dict[str, str] = {}
"""An environment without tokens, guards and CI."""


@pytest.fixture(autouse=True)
def _machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    NOBODY["SATOPS_LOCAL"] = str(tmp_path_factory.mktemp("local"))
    yield
    NOBODY.clear()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    satops.init(tmp_path, environ=NOBODY)
    return tmp_path


def test_importing_satops_imports_nothing_else() -> None:
    code = "import sys; before = set(sys.modules); import satops; print(set(sys.modules) - before)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "{'satops'}\n"


def test_every_verb_is_a_function_with_a_docstring_and_is_listed() -> None:
    for name in set(satops.__all__) - {"__version__"}:
        assert getattr(satops, name).__doc__
        assert name in dir(satops)
    with pytest.raises(AttributeError, match="no attribute 'destroy'"):
        getattr(satops, "destroy")  # noqa: B009 - it has no such attribute


def test_the_life_of_an_order_from_python(repository: Path) -> None:
    assert not satops.validate(repository).problems
    planned = satops.plan(repository)
    assert len(planned.creates) == 3
    report = satops.apply(repository, expect_digest=planned.digest, environ=NOBODY)
    assert [result.outcome for result in report.orders] == ["placed"] * 3
    rows = satops.list_orders(repository)
    assert {row.name for row in rows} == {action.name for action in planned.creates}
    assert satops.verify(repository).sound
    assert not satops.plan(repository).creates
    assert satops.show(repository, planned.creates[0].name).known is not None
    assert satops.history(repository)[0].kind == "LedgerStarted"
    assert len(satops.refresh(repository, environ=NOBODY).observed) == 3
    assert satops.reconcile(repository, environ=NOBODY).findings == ()


def test_a_caller_can_stop_an_apply_with_the_plan_before_its_eyes(repository: Path) -> None:
    def stop(plan: object) -> None:
        raise Refused("not today")

    with pytest.raises(Refused, match="not today"):
        satops.apply(repository, confirm=stop, environ=NOBODY)
    assert len(satops.list_orders(repository)) == 0


def test_what_cannot_go_on_is_an_error_of_satops(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no satops\.yaml"):
        satops.plan(tmp_path)
    satops.init(tmp_path, environ=NOBODY)
    wanted = Wanted("x", "changguang", {"bbox": [1, 2, 3]}, "soon", "later")
    with pytest.raises(InvalidInput) as caught:
        satops.new(tmp_path, wanted, environ=NOBODY)
    assert len(caught.value.problems) >= 3
    (tmp_path / "state/ledger.jsonl").unlink()
    with pytest.raises(LedgerMissing):
        satops.apply(tmp_path, environ=NOBODY)
