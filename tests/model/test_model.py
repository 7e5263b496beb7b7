"""SPIN searches every state of the models: the rules hold, and each of them is needed.

Each search is exact, and has to be complete: no bound on depth or memory may cut it short.
"""

import re
import subprocess
from pathlib import Path

import pytest

from tests.model.tables import (
    MODELS,
    Configuration,
    Mutation,
    configurations,
    mutations,
    states,
)
from tests.servers.programs import on_path

CONFIGURATIONS = configurations()
_LONGEST_S = 900
_MANY = 10_000_000
"""States whose search takes a minute or two."""
_FEW = 500_000
"""States that are searched in less time than the compiler needs to optimise the search."""
_DEEP = ("MUT_FIRST_LOOK_EARLY", "MUT_LOOK_BY_ATTEMPT", "MUT_WAIT_BEGINS_ANEW")
"""Mutations whose harm lies many steps from the start; the harm of the others is near."""
_DEPTH = 200_000
_CUT_SHORT = ("Search not completed", "max search depth too small", "out of memory", "hash-compact")
_HARM = re.compile(r"^pan:\d+: (assertion violated|invalid end state|acceptance cycle)", re.M)

pytestmark = pytest.mark.slow


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Search each configuration, and with `--soak` those that take minutes."""
    if metafunc.function is test_the_rules_hold_in_every_state:
        soak = metafunc.config.getoption("--soak")
        found = states()
        names = [name for name in CONFIGURATIONS if soak or found.get(name, 0) < _MANY]
        metafunc.parametrize("name", names)


def test_the_rules_hold_in_every_state(name: str, tmp_path: Path) -> None:
    optimised = "-O1" if states().get(name, 0) > _FEW else "-O0"
    said = _search(CONFIGURATIONS[name], (), tmp_path, compiled=(optimised,))
    assert "errors: 0" in said, said
    assert not [sign for sign in _CUT_SHORT if sign in said], said
    assert "Full statespace search" in said
    (stored,) = re.findall(r"^ *(\d+) states, stored", said, re.MULTILINE)
    assert {name: int(stored)} == {name: states().get(name)}, "docs/safety.md says another number"


@pytest.mark.parametrize("mutation", mutations(), ids=lambda mutation: mutation.macro)
def test_without_the_rule_harm_is_done(mutation: Mutation, tmp_path: Path) -> None:
    # Breadth first most harm is found after a few states, so the compiler must be the fast one.
    configuration = CONFIGURATIONS[mutation.configuration]
    macros = ("-DMUTATION", f"-D{mutation.macro}")
    order = "-DREVERSE" if mutation.macro in _DEEP else "-DBFS"
    said = _search(configuration, macros, tmp_path, compiled=("-O0", order))
    assert _HARM.search(said), said


def test_every_mutation_of_a_model_is_listed_with_one_of_its_configurations() -> None:
    listed = {(CONFIGURATIONS[each.configuration].model, each.macro) for each in mutations()}
    in_models = {
        (path.stem, macro)
        for path in MODELS.glob("*.pml")
        for macro in re.findall(r"\bMUT_\w+", path.read_text("utf-8"))
    }
    assert listed == in_models


def test_the_page_on_safety_counts_every_configuration() -> None:
    assert set(states()) == set(CONFIGURATIONS)


def _search(
    configuration: Configuration,
    macros: tuple[str, ...],
    folder: Path,
    *,
    compiled: tuple[str, ...],
) -> str:
    """Search one model, stopping at the first error, and return what SPIN says."""
    lasting = "-DLIVE" in configuration.macros
    model = (MODELS / f"{configuration.model}.pml").read_text("utf-8")
    (folder / "model.pml").write_text(model, "utf-8")
    _run([on_path("spin"), "-a", *configuration.macros, *macros, "model.pml"], folder)
    sought = () if lasting else ("-DSAFETY",)
    _run([on_path("gcc"), "-w", *sought, *compiled, "-o", "pan", "pan.c"], folder)
    lasting_options = ("-a", "-f") if lasting else ()
    return _run([folder / "pan", f"-m{_DEPTH}", "-n", *lasting_options], folder)


def _run(command: list[str | Path], folder: Path) -> str:
    ran = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=_LONGEST_S, check=False
    )
    said = ran.stdout + ran.stderr
    assert ran.returncode == 0, said
    return said
