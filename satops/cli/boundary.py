"""The end of a call: the only place that turns errors into messages and exit codes."""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any

import click

from satops.cli.output import StdoutLost, finish, report_lost, say
from satops.core.problem import Problem
from satops.core.redaction import (
    Redactor,
    passwords_in,
    passwords_in_fields,
    passwords_of,
    without_credentials,
)
from satops.errors import ExitCode, InvalidInput, SatopsError, UsageError

_TOKEN_MIN = 6
"""Characters; a shorter text is no token, and may be part of any word."""


def end_of(command: Callable[[], Any], arguments: Sequence[str]) -> int:
    """Run a command and return its exit code; errors are written to stderr.

    With `--json`, an error is also one JSON object on stdout, so that stdout is always one
    document.
    """
    as_json = _wants_json(arguments)
    try:
        return int(command() or ExitCode.DONE)
    except SatopsError as error:
        return _failed(error, arguments, as_json=as_json)
    except click.exceptions.NoArgsIsHelpError as error:
        say(*error.format_message().split("\n"))
        return ExitCode.USAGE
    except click.ClickException as error:
        return _failed(_usage(error), arguments, as_json=as_json)
    except (KeyboardInterrupt, click.Abort):
        say("satops: Interrupted.")
        return ExitCode.INTERRUPTED
    except StdoutLost as error:  # while writing a help page
        return report_lost(error, ExitCode.DONE)
    except Exception:  # a bug
        import traceback

        with suppress(OSError):
            sys.stderr.write(_hidden(traceback.format_exc(), arguments))
        say("satops: This is a bug in satops. Report it with the lines above.")
        return ExitCode.BUG


def _hidden(text: str, arguments: Sequence[str]) -> str:
    """Return a text without passwords and tokens, in addresses or elsewhere.

    Messages should contain none; this is a second safeguard.
    """
    tokens = {
        value: "[token]"
        for name, value in os.environ.items()
        if name.startswith("SATOPS_") and name.endswith("TOKEN") and len(value) >= _TOKEN_MIN
    }
    secrets = passwords_of(os.environ) | tokens
    for argument in arguments:
        secrets |= passwords_in(argument) | passwords_in_fields(argument)
    return without_credentials(Redactor(secrets)(text))


def _wants_json(arguments: Sequence[str]) -> bool:
    pairs = set(pairwise(arguments))
    return "--json" in arguments or "--format=json" in arguments or ("--format", "json") in pairs


def _usage(error: click.ClickException) -> SatopsError:
    message = error.format_message()
    context = getattr(error, "ctx", None)
    if context is not None:
        message += f"\n\n    {context.command_path} --help"
    return UsageError(message)


def _failed(error: SatopsError, arguments: Sequence[str], *, as_json: bool) -> int:
    from satops.report.text.problems import error_blocks

    error.args = (_hidden(str(error), arguments), *error.args[1:])
    if as_json:
        from satops.report.json import error_json

        finish(error.exit_code, as_json=True, json=lambda: error_json(error), text=tuple)
    problems = error.problems if isinstance(error, InvalidInput) else ()
    say(*error_blocks(str(error), [p for p in problems if isinstance(p, Problem)]))
    return error.exit_code
