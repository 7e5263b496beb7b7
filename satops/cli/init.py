"""`satops init`."""

import shlex
from typing import TYPE_CHECKING

import click

from satops.api.init import Ready, init
from satops.cli import options
from satops.cli.context import Call
from satops.cli.output import finish
from satops.errors import ExitCode, UsageError
from satops.workflow.scaffold_ci import FORGES, PARTS, Forge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from satops.report.layout import Block


@click.command("init")
@click.argument("folder", metavar="[DIR]", default=".")
@click.option("--no-samples", is_flag=True, help="Write no sample orders.")
@click.option(
    "--ci", type=click.Choice(FORGES),
    help="Write the workflows too: plan in review, apply on merge.",
)  # fmt: skip
@click.option(
    "--branch", metavar="NAME",
    help="With --ci github: the branch that orders are merged to.  [default: main]",
)  # fmt: skip
@click.option(
    "--extra", "extras", type=click.Choice(PARTS), multiple=True,
    help="With --ci: install this part too, whatever satops.yaml needs.",
)  # fmt: skip
@click.option(
    "--dependabot", is_flag=True,
    help="With --ci github: write .github/dependabot.yml, which updates the pins of actions.",
)  # fmt: skip
@click.option(
    "--from-index", is_flag=True,
    help="With --ci: install satops from pip's index by name and hash, and write no wheel.",
)  # fmt: skip
@click.option(
    "--update", is_flag=True,
    help="With --ci: replace files of satops, keep those you changed, and show both.",
)  # fmt: skip
@options.as_json
@click.pass_obj
def command(
    call: Call,
    folder: str,
    no_samples: bool,
    ci: Forge | None,
    branch: str | None,
    extras: tuple[str, ...],
    dependabot: bool,
    from_index: bool,
    update: bool,
    as_json: bool,
) -> int:
    """Make a folder ready: configuration, schemas, sample orders and an empty ledger.

    It orders from the sandbox until satops.yaml names a marketplace. Overwrites nothing. With
    --ci the ledger will be a branch at the forge, and an existing repository gets only the
    workflows. They install this satops from a wheel beside them, and its dependencies, each wheel
    by its hash.
    """
    from satops.report.json import document

    if ci is None and (branch or extras or dependabot or from_index or update):
        raise UsageError("--branch, --extra, --dependabot, --from-index and --update go with --ci.")
    root = call.path(folder)
    ready = init(
        root,
        samples=not no_samples,
        ci=ci,
        branch=branch,
        extras=extras,
        dependabot=dependabot,
        from_index=from_index,
        update=update,
        environ=call.environ,
    )
    kept = [change.path for change in ready.changes or () if not change.done]
    return finish(
        ExitCode.DONE,
        as_json=as_json,
        json=lambda: document(
            {"root": root.as_posix(), "ledger": ready.ledger}, written=ready.written, kept=kept
        ),
        text=lambda: _blocks(ready, root.as_posix(), folder),
    )


def _blocks(ready: Ready, root: str, folder: str) -> "Iterator[Block]":
    from satops.report.text.setup import ci_blocks, init_blocks, update_blocks

    there = "" if folder == "." else f"cd {shlex.quote(folder)} && "
    if ready.ci is None:
        return init_blocks(root, ready.written, str(ready.ledger), there)
    if ready.changes is not None:
        return update_blocks(ready.changes)
    ci = ready.ci
    return ci_blocks(ci.top.as_posix(), ready.written, ci.place, ci.state, there)
