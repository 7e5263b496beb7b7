"""The steps of the models have the names that the code has."""

import ast
import re
from pathlib import Path

import pytest

from satops.adapters.crash_points import ASKED_AGAIN, STEPS
from tests.model.tables import MODELS, ROOT, steps

PACKAGE = ROOT / "satops"


@pytest.mark.parametrize("model", sorted(path.stem for path in MODELS.glob("*.pml")))
def test_each_step_of_a_model_is_listed_and_each_listed_step_is_one(model: str) -> None:
    text = (MODELS / f"{model}.pml").read_text("utf-8")
    listed = {step for step, models, _, _ in steps() if model in models}
    assert set(re.findall(r"^inline (\w+)\(", text, re.MULTILINE)) == listed


@pytest.mark.parametrize(("step", "file", "name"), [(s, f, n) for s, _, f, n in steps()])
def test_a_listed_step_is_in_the_code(step: str, file: str, name: str) -> None:
    assert name in _names(PACKAGE / file), f"{file} has no {name}: mend steps.md, and the model"


def test_every_step_at_which_a_run_can_be_killed_is_in_the_models() -> None:
    reached = {
        name
        for path in sorted((PACKAGE / "workflow").glob("*.py"))
        for name in _names(path)
        if name.startswith("reach(")
    }
    assert reached == {f'reach("{step}")' for step in (*STEPS, ASKED_AGAIN)}
    assert reached <= {name for _, _, _, name in steps()}


def _names(path: Path) -> set[str]:
    """Return the functions, methods and classes of a file, and the steps that it reaches."""
    names = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        if isinstance(node, ast.Call) and _called(node) in ("reach", "_reach"):
            constants = [a.value for a in node.args if isinstance(a, ast.Constant)]
            names |= {f'reach("{text}")' for text in constants if isinstance(text, str)}
    return names


def _called(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
