"""`satops explain`."""

import click

from satops.api.explain import every_check, explain
from satops.cli import completion, options
from satops.cli.context import Call
from satops.cli.output import finish, finish_with
from satops.errors import ExitCode


@click.command("explain")
@click.argument("code", required=False, shell_complete=completion.check_codes)
@options.as_json
@click.pass_obj
def command(call: Call, code: str | None, as_json: bool) -> int:
    """Explain a check: meaning, reason and remedy. Without CODE, list every check.

    In a repository, the thresholds are those of that repository.
    """
    from satops.report.catalogue import catalogue_blocks, explain_blocks
    from satops.report.json.explain import explain_json

    if code is None:
        checks = every_check(call.directory)
        return finish_with(checks, explain_json, catalogue_blocks, as_json=as_json)
    found = explain(call.directory, code)
    return finish(
        ExitCode.DONE,
        as_json=as_json,
        json=lambda: explain_json([found.check], found.numbers),
        text=lambda: explain_blocks(found),
    )
