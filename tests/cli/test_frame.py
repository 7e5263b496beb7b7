"""The command line as a whole: what it imports, how it fails, and what it promises in its help."""

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from satops import __version__
from satops.cli.boundary import end_of
from satops.cli.commands import COMMANDS
from satops.cli.main import main, satops
from satops.errors import ExitCode, InvalidInput, LedgerMissing, SatopsError
from tests.pages import commands_page
from tests.report.samples import problem

HEAVY = {"rich", "shapely", "numpy", "pyproj", "requests", "jsonschema", "jsonschema_rs", "yaml",
         "deepdiff", "orjson", "starlette", "uvicorn"}  # fmt: skip


def imported(*arguments: str) -> set[str]:
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "satops", *arguments],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return {line.rpartition("|")[2].strip().split(".")[0] for line in ran.stderr.splitlines()}


def test_version_and_help_import_nothing_heavy() -> None:
    assert not imported("--version") & (HEAVY | {"click"})
    assert not imported("--help") & HEAVY


def test_version_says_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == ExitCode.DONE
    assert capsys.readouterr().out == f"satops {__version__}\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_of_commands_and_the_commands_agree(name: str) -> None:
    command = satops.get_command(click.Context(satops), name)
    assert command is not None
    assert command.name == name
    assert command.help


def test_the_page_of_commands_is_what_the_commands_say() -> None:
    written = Path(__file__).parents[2] / "docs" / "commands.md"
    assert written.read_text("utf-8") == commands_page(), "run: python -m tests.pages"


@pytest.mark.parametrize(
    "arguments", [["plam"], ["plan", "--nope"], ["-C", "/no/such/folder", "plan"], ["show"], []]
)
def test_a_wrong_call_ends_with_64_and_says_so_on_stderr(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == ExitCode.USAGE
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err


def test_a_command_that_is_misspelt_is_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    main(["aply"])
    assert "Did you mean `apply`?" in capsys.readouterr().err


@pytest.mark.parametrize("kind", SatopsError.__subclasses__())
def test_every_error_ends_with_its_own_exit_code(
    kind: type[SatopsError], capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise kind("The reason, and what to do.")

    assert end_of(fail, []) == kind.exit_code
    assert capsys.readouterr().err == "satops: The reason, and what to do.\n"


def test_an_error_is_one_json_object_on_stdout_where_json_was_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail() -> None:
        raise InvalidInput("The specs do not validate.", (problem(),))

    assert end_of(fail, ["plan", "--json"]) == ExitCode.INVALID
    said = capsys.readouterr()
    report = json.loads(said.out)
    assert report["error"] == "InvalidInput"
    assert report["problems"][0]["check"] == "G05"
    assert "orders/hanoi.yaml:3:5: error G05" in said.err


def test_an_error_keeps_its_command_to_copy_on_a_line_of_its_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail() -> None:
        raise LedgerMissing("There is no ledger. Begin one:\n    satops ledger start")

    assert end_of(fail, []) == ExitCode.LEDGER
    assert capsys.readouterr().err.splitlines()[1] == "    satops ledger start"


def test_a_bug_shows_a_traceback_without_the_values_of_variables(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail() -> None:
        secret = "a value that must not be shown".upper()
        raise IndexError(len(secret))

    assert end_of(fail, []) == ExitCode.BUG
    said = capsys.readouterr().err
    assert "IndexError: 30" in said
    assert "A VALUE THAT MUST NOT BE SHOWN" not in said
    assert "This is a bug in satops." in said


def test_an_interrupt_ends_with_130(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise KeyboardInterrupt

    assert end_of(fail, []) == ExitCode.INTERRUPTED
    assert "Interrupted" in capsys.readouterr().err


def test_what_a_terminal_cannot_show_is_escaped_instead_of_raised() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "satops", "-C", "/no/hà-nội", "plan"],
        capture_output=True, check=False, env={"PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert ran.returncode == ExitCode.USAGE
    assert rb"h\xe0-n\u1ed9i" in ran.stderr
