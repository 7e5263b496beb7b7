"""The command line without a process: a start of Python and its imports cost most of a call."""

import subprocess
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path

from satops.cli.context import Call
from satops.cli.main import main


def satops(
    folder: Path, *arguments: str, environ: Mapping[str, str]
) -> "subprocess.CompletedProcess[str]":
    """Run a command in a folder and an environment."""
    out, err = BytesIO(), BytesIO()
    with (
        redirect_stdout(TextIOWrapper(out, "utf-8", write_through=True)),
        redirect_stderr(TextIOWrapper(err, "utf-8", write_through=True)),
    ):
        code = main(arguments, Call(folder, environ))
        said = out.getvalue().decode(), err.getvalue().decode()
    return subprocess.CompletedProcess(arguments, code, *said)
