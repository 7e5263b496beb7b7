"""The shape of the code as a failing check: how long a piece may be, and what files are called."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from satops.cli.commands import COMMANDS

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "satops"
FILE_MAX = 400
FUNCTION_MAX = 70
LONG: dict[str, int] = {
    "tests/adapters/test_gis_readers.py": 641,
    "tests/adapters/test_marketplace_outcome.py": 426,
    "tests/adapters/test_marketplace_reading.py": 493,
    "tests/cli/test_aoi_inputs.py": 402,
    "tests/contracts/test_local_state.py": 550,
    "tests/contracts/test_spool.py": 492,
    "tests/report/cases.py": 617,
    "tests/stores/test_postgresql.py": 635,
    "tests/workflow/test_account.py": 425,
    "tests/workflow/test_apply.py": 571,
    "tests/workflow/test_waiting.py": 404,
}
"""Files that are longer, with their lines: none may grow, and none may join them."""

HELPERS = {
    "api": {
        "base": "a plan beside a commit",
        "completions": "what a shell completes",
        "forge_place": "where workflows lie, for init and doctor",
        "repository": "a repository as the verbs see it",
        "run": "how a verb that appends begins and ends",
        "specs": "the tree of order specs",
    },
    "workflow": {
        "account": "the look at the account",
        "ask_again": "a result in doubt, ordered once more",
        "begin": "what every verb does before it appends",
        "carried_spool": "order numbers of another machine",
        "checks": "the buyer's checks where they are asked",
        "continues": "a ledger that goes on from a broken one",
        "fetch": "one product, whatever the server does",
        "guards": "what must hold of a plan before apply sends",
        "notices": "what a hook has not been told yet",
        "origins": "where the orders to buy come from",
        "overdue": "placed orders that nothing was delivered of",
        "outcomes": "outcomes as events and results",
        "part": "a plan of some orders",
        "passes": "orders of a pass, before and after",
        "proof": "whether of two writers one wins",
        "read_files": "files to specs",
        "read_series": "documents that stand for many orders",
        "replay": "what this machine's spool holds",
        "rows": "the ledger as rows",
        "scaffold": "files of a new repository",
        "scaffold_ci": "workflows of a forge",
        "send": "one request, once",
        "submit": "intents, requests, outcomes",
        "targets": "where products go, as promises",
        "waiting": "what other runs are placing",
    },
    "cli": {
        "boundary": "errors to exit codes",
        "commands": "the table of commands",
        "completion": "what a shell completes",
        "context": "one invocation",
        "interrupts": "signals",
        "main": "the entry point",
        "options": "options that verbs share",
        "output": "stdout, stderr, JSON",
        "progress": "what a run shows meanwhile",
    },
}
"""What is no verb in a layer that has a file for each, with what it is."""


def python_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("folder", ["satops", "bench", "mutants", "tests"])
def test_no_function_is_long(folder: str) -> None:
    long = [
        f"{path.relative_to(ROOT)}:{it.lineno} {it.name}"
        for path in python_files(folder)
        for it in functions(ast.parse(path.read_text("utf-8")))
        if it.end_lineno is not None and it.end_lineno - it.lineno >= FUNCTION_MAX
    ]
    assert long == []


@pytest.mark.parametrize("folder", ["satops", "bench", "mutants", "tests"])
def test_no_file_is_long(folder: str) -> None:
    sizes = {
        path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines())
        for path in python_files(folder)
    }
    long = {path: size for path, size in sizes.items() if size > LONG.get(path, FILE_MAX)}
    assert long == {}
    idle = [path for path in LONG if path.startswith(folder) and sizes[path] <= FILE_MAX]
    assert idle == [], "these are short now: take them from the list"


@pytest.mark.parametrize("layer", sorted(HELPERS))
def test_a_file_of_a_layer_with_verbs_is_named_for_one_or_is_a_listed_helper(layer: str) -> None:
    stems = {path.stem for path in (PACKAGE / layer).glob("*.py")} - {"__init__"}
    helpers = {stem for stem in stems if stem.partition("_")[0] not in COMMANDS}
    assert helpers == set(HELPERS[layer])


@pytest.mark.parametrize("verb", sorted(COMMANDS))
def test_every_verb_has_its_file_in_the_command_line(verb: str) -> None:
    assert COMMANDS[verb].module == f"satops.cli.{verb}"
