"""`satops plan`."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import click

from satops.api import plan as planning
from satops.cli import completion, options
from satops.cli.context import Call
from satops.cli.output import finish, say
from satops.core.plan.plan import Plan
from satops.core.plan.wait import Wait
from satops.errors import ExitCode, UsageError, worst
from satops.report.json.plan import plan_json

if TYPE_CHECKING:
    from satops.report.layout import Block

FORMATS = ("text", "json", "markdown", "geojson", "github", "env", "commits", "summary")
FILE_FORMATS = FORMATS[1:]
"""The formats for files."""


@click.command("plan")
@click.argument("names", metavar="[NAME]...", nargs=-1, shell_complete=completion.order_names)
@options.labels
@options.as_json
@click.option("--format", "form", type=click.Choice(FORMATS), help="Format of the plan.")
@click.option(
    "--out", metavar="FILE", help="Save the plan as well, for `satops apply --plan FILE`."
)
@click.option(
    "--also", metavar="FORMAT=FILE", multiple=True,
    help="Write the plan to a file in one more format. May be repeated.",
)  # fmt: skip
@click.option("--all", "show_all", is_flag=True, help="List kept orders too.")
@click.option("--expand", metavar="NAME", help="Show one series: keys down, windows across.")
@click.option(
    "--detailed-exitcode",
    is_flag=True,
    help="Exit 2 if there are orders to create, in doubt or being placed.",
)
@click.option("--nightly", is_flag=True, help="Exit 4 if a merged order has waited too long.")
@click.option("--at", metavar="TIME", help="Plan as of this time: 2026-12-01T00:00Z.")
@click.option("--ledger", metavar="FILE", help="Plan against a published copy of the ledger.")
@click.option(
    "--limits-from", metavar="GITREF",
    help="Read limits, severities and `state` from this commit or branch, not from the tree.",
)  # fmt: skip
@click.option(
    "--since", metavar="GITREF",
    help="Mark orders that already waited at this commit. Default: that of --limits-from.",
)  # fmt: skip
@click.option(
    "--feasibility", metavar="FILE",
    help="Show the passes of `satops feasibility --out FILE`.",
)  # fmt: skip
@click.pass_obj
def command(  # one option each
    call: Call,
    names: tuple[str, ...],
    labels: tuple[str, ...],
    as_json: bool,
    form: str | None,
    out: str | None,
    also: tuple[str, ...],
    show_all: bool,
    expand: str | None,
    detailed_exitcode: bool,
    nightly: bool,
    at: str | None,
    ledger: str | None,
    limits_from: str | None,
    since: str | None,
    feasibility: str | None,
) -> int:
    """Show which orders would be bought, of all or of the named ones. Buys nothing.

    Needs no token, and never calls the marketplace.
    """
    form = options.one_format(form, as_json=as_json)
    more = [_format_and_file(wish) for wish in also]
    planned = planning.plan_to_show(
        call.repository,
        at=at,
        ledger=None if ledger is None else call.path(ledger),
        limits_from=limits_from,
        since=since,
        names=names,
        labels=[options.label(text) for text in labels],
        feasibility=None if feasibility is None else call.path(feasibility),
        say=say,
        outlines="geojson" in {form, *(other for _, other, _ in more)},
        environ=call.environ,
    )
    if ledger is not None:
        say(f"satops: This plan is made against the copy {ledger}, which may be behind the ledger.")
    if out is not None:
        more.insert(0, ("--out", "json", out))
    for option, other, file in more:
        from satops.adapters.files.new_files import write_whole

        write_whole(call.path(file), _written(other, planned), option=option, kind=other)
    codes = {code_of(planned.plan, detailed=detailed_exitcode)}
    waits = planned.waits() if nightly else ()
    if any(wait.late for wait in waits):
        codes.add(ExitCode.REFUSED)
    if form != "text":
        _say_waiting(waits)
    matrix = [] if expand is None else _matrix(planned.plan, expand)
    return finish(
        worst(codes),
        as_json=form != "text",
        json=lambda: _written(form, planned),
        text=lambda: matrix or _blocks(planned, waits, show_all=show_all),
    )


def _matrix(plan: Plan, axis: str) -> "list[Block]":
    from satops.report.text.matrix import matrix_blocks

    return list(matrix_blocks(plan, axis))


def _blocks(
    planned: planning.Planned, waits: Sequence[Wait], *, show_all: bool
) -> "Iterator[Block]":
    from satops.report.text.plan import plan_blocks, wait_lines

    yield from plan_blocks(planned.plan, show_all=show_all, currency=planned.currency)
    yield from wait_lines(waits)


def _say_waiting(waits: Sequence[Wait]) -> None:
    if not waits:
        return
    from satops.report.text.plan import wait_lines

    for line in wait_lines(waits):
        say(f"satops: {line.text}")


def _format_and_file(wish: str) -> tuple[str, str, str]:
    """Return an option, its format and its file."""
    form, _, file = wish.partition("=")
    if form not in FILE_FORMATS or not file:
        raise UsageError(
            f"--also {wish!r}: write FORMAT=FILE. FORMAT is one of {', '.join(FILE_FORMATS)}."
        )
    return "--also", form, file


def code_of(plan: Plan, *, detailed: bool) -> ExitCode:
    """Return 3 for errors, 4 for an exceeded limit; if `detailed`, 2 for orders to create and for
    orders in doubt or being placed.
    """
    codes = {ExitCode.INVALID} if plan.blocked else set()
    if plan.refusals:
        codes.add(ExitCode.REFUSED)
    if detailed and (plan.creates or plan.in_doubt or plan.being_placed):
        codes.add(ExitCode.CHANGES)
    return worst(codes)


def _written(form: str, planned: planning.Planned) -> Iterable[bytes]:
    """Write a plan in any format but text; each format's module is imported on use."""
    match form:
        case "markdown":
            from satops.report.markdown.plan import render as markdown

            page = markdown(planned.plan, currency=planned.currency, link=planned.link)
            return [page.encode()]
        case "summary":
            from satops.report.markdown import SUMMARY_LIMIT
            from satops.report.markdown import render as markdown

            page = markdown(
                planned.plan, limit=SUMMARY_LIMIT, currency=planned.currency, link=planned.link
            )
            return [page.encode()]
        case "geojson":
            from satops.report.geojson import render as geojson

            return geojson(planned.plan, planned.outlines)
        case "github":
            from satops.report.github import render as github

            return (line.encode() + b"\n" for line in github(planned.plan))
        case "env":
            from satops.report.env import render as env

            return [env(planned.plan).encode()]
        case "commits":
            return (f"{commit}\n".encode() for commit in planned.commits())
        case _:
            return plan_json(planned.plan, planned.body)
