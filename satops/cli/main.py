"""The command line: the group of commands, and the entry point.

A command's module is imported when it is called, so that `satops --help` needs only click.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import click

from satops import __version__
from satops.cli.boundary import end_of
from satops.cli.commands import COMMANDS
from satops.cli.context import Call
from satops.cli.output import prepare_streams
from satops.errors import ExitCode, UsageError

_NAME = "satops"
_COMPLETE = "_SATOPS_COMPLETE"
"""Set by a shell that requests completions."""
_WIDTH_MAX = 100


class Commands(click.Group):
    """A group that imports a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order of an order's life."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None for an absent name."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command = import_module(entry.module).command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command of a call, or suggest a similar name."""
        name = args[0]
        if name in COMMANDS or name.startswith("-"):
            return super().resolve_command(ctx, args)
        from difflib import get_close_matches  # only needed for a wrong name

        close = get_close_matches(name, COMMANDS, n=1)
        hint = f" Did you mean `{close[0]}`?" if close else ""
        raise click.UsageError(f"There is no command {name!r}.{hint}", ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table, importing none."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the exit codes from their table."""
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code.value), _exit_words(code)) for code in ExitCode])


def _exit_words(code: ExitCode) -> str:
    """Return the meaning of an exit code, and the next step."""
    return f"{code.meaning}. Next: {code.next_step}." if code.next_step else f"{code.meaning}."


def _version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted:
        click.echo(f"satops {__version__}")
        ctx.exit()


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": _WIDTH_MAX},
)
@click.option("-C", "directory", metavar="DIR", help="Run as if started in DIR.")
@click.option("-q", "--quiet", is_flag=True, help="Write only results and errors.")
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version,
    help="Show the version.",
)  # fmt: skip
@click.pass_obj
def satops(call: Call, directory: str | None, quiet: bool) -> None:
    """Orders as code for satellite imagery.

    Order specs are YAML files under orders/. `plan` shows what would be bought, `apply` buys
    exactly that, and the ledger keeps every order number.
    """
    if directory is not None:
        call.directory = _folder(directory)
    elif not call.directory.is_absolute():
        _refuse_a_deleted_folder()
    call.quiet = quiet


def _folder(directory: str) -> Path:
    """Return the folder of -C.  Raises `UsageError`."""
    try:
        if Path(directory).is_dir():
            return Path(directory)
    except OSError as error:
        raise UsageError(f"-C {directory}: {error.strerror}.") from error
    raise click.UsageError(f"-C {directory}: there is no such folder.")


def _refuse_a_deleted_folder() -> None:
    try:
        Path.cwd()
    except OSError as error:
        raise UsageError(
            "The current folder is gone: it was deleted or moved. Go to another one, or name one "
            "with -C DIR."
        ) from error


def main(argv: Sequence[str] | None = None, call: Call | None = None) -> int:
    """Run one command and return its exit code.  Never raises for a user's error."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    prepare_streams()
    return end_of(lambda: _run(arguments, call or Call()), arguments)


def _run(arguments: list[str], call: Call) -> int:
    """Like click's own `main`, which hides a broken pipe and returns 1."""
    if _COMPLETE in os.environ:
        satops.main(arguments, prog_name=_NAME, complete_var=_COMPLETE)
    try:
        with satops.make_context(_NAME, arguments, obj=call) as context:
            return int(satops.invoke(context) or 0)
    except click.exceptions.Exit as ended:
        return ended.exit_code
