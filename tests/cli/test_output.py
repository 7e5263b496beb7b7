"""What a command does when nobody reads its output, or when it cannot be written.

How: each command runs as a process, with its streams on a broken pipe, a full disk, or closed.
"""

import subprocess
import sys

import pytest

from satops.errors import ExitCode

CALLS = ("--version", "-h", "plan --help", "explain", "explain --json", "demo")


def run(call: str, streams: str) -> subprocess.CompletedProcess[str]:
    """Run a command with redirections; stdout ends with its exit code."""
    command = f"{sys.executable} -m satops {call} {streams}"
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("call", CALLS)
def test_a_reader_that_goes_away_is_no_error(call: str) -> None:
    ran = run(call, "| true; echo ${PIPESTATUS[0]}")
    assert (ran.stdout, ran.stderr) == ("0\n", "")


@pytest.mark.parametrize("call", CALLS)
def test_a_report_that_cannot_be_written_is_no_success_and_no_traceback(call: str) -> None:
    ran = run(call, ">/dev/full")
    assert ran.returncode == ExitCode.USAGE
    assert ran.stderr == (
        "satops: The report could not be written to stdout: No space left on device. "
        "The command itself is done.\n"
    )


@pytest.mark.parametrize("call", CALLS)
def test_a_stdout_that_was_closed_on_purpose_is_no_error(call: str) -> None:
    assert run(call, "2>/dev/null >&-").returncode == ExitCode.DONE
    assert run(call, "<&- >&- 2>&-").returncode == ExitCode.DONE


@pytest.mark.parametrize("call", ["plam", "plan --nope", "-C /no/such/folder plan"])
def test_a_message_that_nobody_can_read_changes_no_exit_code(call: str) -> None:
    assert run(call, "2>/dev/full").returncode == ExitCode.USAGE
    assert run(call, "2>&-").returncode == ExitCode.USAGE


def test_no_file_takes_the_number_of_a_stream_that_is_closed() -> None:
    code = (
        "import sys; from satops.cli.output import prepare_streams; prepare_streams(); "
        "sys.exit(open(sys.executable).fileno())"
    )
    ran = subprocess.run(["bash", "-c", f"{sys.executable} -c '{code}' <&- >&- 2>&-"], check=False)
    assert ran.returncode > 2
