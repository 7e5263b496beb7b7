"""`satops sandbox`."""

from pathlib import Path

import click

from satops.cli.context import Call
from satops.cli.output import finish, say
from satops.errors import ExitCode, UsageError
from satops.report.layout import Line


@click.group("sandbox")
def command() -> None:
    """Run a local marketplace for tests. It orders nothing real."""


@command.command("serve")
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="0 chooses a free one.")
@click.option("--data", metavar="DIR", help="Folder of the orders. Default: local state.")
@click.option("--token-file", metavar="FILE", help="The accepted token; by default any.")
@click.option("--faults", metavar="FILE", help="A JSON file of faults to inject.")
@click.option("--options", "behaviour", metavar="FILE", help="A JSON file of behaviours.")
@click.pass_obj
def serve_command(
    call: Call,
    port: int,
    data: str | None,
    token_file: str | None,
    faults: str | None,
    behaviour: str | None,
) -> int:
    """Serve on 127.0.0.1 until Ctrl-C."""
    from satops.api.sandbox import database_in, faults_from, not_served, options_from
    from satops.sandbox.server import BANNER, Sandbox, serve

    folder = None if data is None else call.path(data)
    database = database_in(folder, call.directory, call.environ)

    def announce(sandbox: Sandbox) -> None:
        say(*BANNER.format(url=sandbox.url, db=database).rstrip().split("\n"))
        finish(ExitCode.DONE, as_json=False, json=tuple, text=lambda: [Line(sandbox.url)])

    try:
        serve(
            db=database,
            announce=announce,
            port=port,
            token=_token(call.path(token_file)) if token_file else None,
            faults=faults_from(call.path(faults)) if faults else None,
            options=options_from(call.path(behaviour)) if behaviour else None,
        )
    except OSError as error:
        raise not_served(error) from error
    return ExitCode.DONE


def _token(path: Path) -> str:
    token = path.read_text(encoding="utf-8").strip()
    if not token:
        raise UsageError(f"{path}: the file is empty. Without --token-file any token opens.")
    return token
