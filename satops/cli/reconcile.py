"""`satops reconcile`."""

import click

from satops.api import reconcile as settling
from satops.cli import options
from satops.cli.context import Call
from satops.cli.interrupts import Stopping
from satops.cli.output import confirm, finish, finish_with, require_person, say
from satops.core.plan.plan import Action
from satops.core.words import about, area, moment
from satops.errors import UsageError


@click.command("reconcile")
@click.argument("name", metavar="[NAME]", required=False)
@click.option(
    "--ask-again", is_flag=True,
    help="Order the simulation result of NAME again. This may buy it; see docs/feasibility.md.",
)  # fmt: skip
@options.because
@options.yes
@click.option("--dry-run", is_flag=True, help="Look without recording anything.")
@click.option(
    "--nightly", is_flag=True,
    help="Exit 3 if a foreign order matches a spec, or one of ours is marked deleted.",
)  # fmt: skip
@click.option(
    "--wait", "wait_s", metavar="SECONDS", type=options.Seconds(), default=0.0,
    help="Repeat the look for so long, while waiting can settle something.",
)  # fmt: skip
@click.option(
    "--spool", "spools", metavar="FILE", multiple=True,
    help="Record order numbers of another machine's spool that the marketplace shows.",
)  # fmt: skip
@options.no_wait
@options.as_json
@click.pass_obj
def command(
    call: Call,
    name: str | None,
    ask_again: bool,
    because: str | None,
    yes: bool,
    dry_run: bool,
    nightly: bool,
    wait_s: float,
    spools: tuple[str, ...],
    no_wait: bool,
    wait_max_s: float | None,
    as_json: bool,
) -> int:
    """Look up orders in doubt at the marketplace, and settle the certain ones.

    If exactly one order can match, the order was placed. If none can, it was not placed, but only
    after several looks over some time. If several can, a person decides with `satops resolve`.
    Only --ask-again orders anything.
    """
    if ask_again or name is not None:
        return _ask_again(call, name, because=because, yes=yes, as_json=as_json, asked=ask_again)
    from satops.report.json.run import reconcile_json
    from satops.report.text.reconcile import reconcile_blocks

    with Stopping():  # never armed, since nothing is being sent
        report = settling.reconcile(
            call.repository,
            dry_run=dry_run,
            nightly=nightly,
            patience_s=wait_s,
            wait=not no_wait,
            wait_max_s=wait_max_s,
            spools=[call.path(spool) for spool in spools],
            environ=call.environ,
            say=say,
        )
    return finish(
        report.exit_code,
        as_json=as_json,
        json=lambda: reconcile_json(report, dry_run=dry_run),
        text=lambda: reconcile_blocks(report, dry_run=dry_run),
    )


def _ask_again(
    call: Call, name: str | None, *, because: str | None, yes: bool, as_json: bool, asked: bool
) -> int:
    """Order one result in doubt again, after a person's confirmation."""
    from satops.report.json.plan import asked_again_json
    from satops.report.text.reconcile import asked_again_blocks

    if name is None or not asked:
        raise UsageError(
            "Without a name, reconcile looks up every order in doubt. To order the simulation "
            "result of one once more:\n    satops reconcile NAME --ask-again"
        )

    def ask(action: Action) -> None:
        require_person(because)
        confirm(_question(action), yes=yes)

    told = settling.ask_again(
        call.repository, name, confirm=ask, because=because, environ=call.environ, say=say
    )
    return finish_with(
        told, asked_again_json, asked_again_blocks, as_json=as_json, code=told.exit_code
    )


def _question(action: Action) -> str:
    spec = action.spec
    assert spec is not None
    choice = spec.order.pass_choice
    assert choice is not None
    cost = "no estimate" if action.estimated_cost is None else about(action.estimated_cost)
    return (
        f"Order result {choice.result} of {action.name} once more ({choice.satellite}, "
        f"{moment(choice.start)} UTC, {area(spec.footprint.area_km2)}, {cost})? It may buy, and "
        "cannot be undone."
    )
