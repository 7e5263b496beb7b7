"""One table of exit codes: README, docs, help and schema say what `errors.ExitCode` says."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from satops.cli.main import main
from satops.errors import WORST_FIRST, ExitCode, InvalidInput, SatopsError, UsageError, worst
from tests.pages import exit_table

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("page", ["README.md", "docs/commands.md"])
def test_a_page_holds_the_table_of_exit_codes(page: str) -> None:
    assert exit_table() in (ROOT / page).read_text("utf-8")


def test_the_table_has_a_row_for_every_code_and_no_other() -> None:
    rows = [line for line in exit_table().splitlines() if line.startswith("| ")][1:]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    assert cells == [[str(code.value), code.meaning, code.next_step] for code in ExitCode]


def test_the_help_says_every_code_with_its_meaning_and_what_comes_next(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["--help"])
    said = " ".join(capsys.readouterr().out.split("Exit codes:")[1].split())
    for code in ExitCode:
        assert f"{code.value} {code.meaning}." in said
        assert code.next_step in said


def test_the_schema_of_errors_lists_the_codes_that_an_error_can_end_with() -> None:
    schema = json.loads((ROOT / "schema" / "error.schema.json").read_text("utf-8"))
    listed = {
        row["const"]: row["description"] for row in schema["properties"]["exit_code"]["oneOf"]
    }
    kinds: list[type[SatopsError]] = SatopsError.__subclasses__()
    raised = {kind.exit_code for kind in kinds}
    assert listed.keys() >= raised | {ExitCode.IN_DOUBT}
    assert listed == {code.value: code.meaning for code in ExitCode if code.value in listed}


def test_of_several_codes_the_worst_is_given() -> None:
    left = set(ExitCode)
    order = []
    while (code := worst(left)) is not ExitCode.DONE:
        order.append(code.value)
        left.remove(code)
    assert order[:6] == [6, 7, 5, 8, 4, 3]
    assert left == {ExitCode.DONE}
    assert tuple(order) == WORST_FIRST


@pytest.mark.parametrize(
    "error", [UsageError("The reason."), InvalidInput("The reason.", ("a problem",))]
)
def test_an_error_that_ends_otherwise_is_the_same_error(error: SatopsError) -> None:
    other = error.ending_with(ExitCode.IN_DOUBT)
    assert type(other) is type(error)
    assert (other.exit_code, str(other)) == (ExitCode.IN_DOUBT, str(error))
    assert getattr(other, "problems", None) == getattr(error, "problems", None)
    assert error.exit_code is type(error).exit_code


def test_only_the_constructor_of_an_error_sets_its_exit_code() -> None:
    found = {
        (path.name, ast.unparse(target))
        for path in (ROOT / "satops").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute) and target.attr == "exit_code"
    }
    assert found == {("errors.py", "self.exit_code")}


_ENDS_BEFORE_ITS_THREAD = """
import threading, time
import satops.cli.main
from satops import __main__

def main(arguments):
    threading.Thread(target=lambda: (time.sleep(0.2), print("the number is kept"))).start()
    return 5

satops.cli.main.main = main
__main__.run()
"""


def test_a_process_ends_only_after_its_threads() -> None:
    call = [sys.executable, "-c", _ENDS_BEFORE_ITS_THREAD]
    ran = subprocess.run(call, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (5, "the number is kept\n")
