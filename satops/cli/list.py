"""`satops list`."""

from collections.abc import Iterable

import click

from satops.api import list as listing
from satops.cli import options
from satops.cli.context import Call
from satops.cli.output import finish, say
from satops.core.ledger.order_state import Standing
from satops.errors import ExitCode, UsageError
from satops.workflow.list import By, Choice, begin_of, by_of, end_of, sums, total, window_of
from satops.workflow.rows import Rows

FORMATS = ("text", "json", "csv", "geojson")


@click.command("list")
@options.labels
@click.option(
    "--state", "states", multiple=True, type=click.Choice([each.value for each in Standing]),
    help="Only orders in this state. May be repeated: one must hold.",
)  # fmt: skip
@click.option(
    "--status", "statuses", metavar="WORD", multiple=True,
    help="Only orders with this status, like `delivered`. May be repeated.",
)  # fmt: skip
@click.option("--series", metavar="NAME", multiple=True, help="Only members of this series.")
@click.option("--since", metavar="TIME", help="Bought in this month or day, or later: 2026-12.")
@click.option("--until", metavar="TIME", help="Bought in this month or day, or earlier.")
@click.option(
    "--window", metavar="FROM/TO", help="With a window that overlaps this one; `..` for no end."
)
@click.option("--overdue", is_flag=True, help="Only undelivered orders whose window is over.")
@options.by
@click.option("--format", "form", type=click.Choice(FORMATS), help="Format of the output.")
@options.as_json
@click.pass_obj
def command(  # one option each
    call: Call,
    labels: tuple[str, ...],
    states: tuple[str, ...],
    statuses: tuple[str, ...],
    series: tuple[str, ...],
    since: str | None,
    until: str | None,
    window: str | None,
    overdue: bool,
    by: tuple[str, ...],
    form: str | None,
    as_json: bool,
) -> int:
    """List the orders of the ledger, or their sums.

    Labels are those of the order's spec in the tree, where it holds a sound one, or else those
    with which the order was bought; limits count the latter.  All else is read from the ledger.
    --since, --until and the months of --by use the time of the intent to buy, in UTC, like the
    limits.
    """
    from satops.report.text.rows import list_blocks, sums_blocks

    form = options.one_format(form, as_json=as_json)
    grouped = [by_of(text) for text in by]
    if grouped and form == "geojson":
        raise UsageError("--by gives sums, and a sum has no place on a map. Leave one of them out.")
    choice = Choice(
        labels=tuple(options.label(text) for text in labels),
        states=frozenset(map(Standing, states)),
        statuses=frozenset(statuses),
        series=frozenset(series),
        since=begin_of(since, "--since") if since else "",
        until=end_of(until, "--until") if until else "",
        window=window_of(window, "--window") if window else None,
        overdue=overdue,
    )
    rows = listing.list_orders(
        call.repository, choice, outlines=form == "geojson", say=say, environ=call.environ
    )
    return finish(
        ExitCode.DONE,
        as_json=form != "text",
        json=lambda: _sums(form, rows, grouped) if grouped else _listed(form, rows),
        text=lambda: (
            sums_blocks(rows, grouped, sums(rows, grouped), total(rows))
            if grouped
            else list_blocks(rows, chosen=choice != listing.EVERY)
        ),
    )


def _listed(form: str, rows: Rows) -> Iterable[bytes]:
    """Write rows in any format but text; each format's module is imported on use."""
    match form:
        case "csv":
            from satops.report.rows import list_csv

            return list_csv(rows)
        case "geojson":
            from satops.report.rows import list_geojson

            return list_geojson(rows)
        case _:
            from satops.report.rows import list_json

            return list_json(rows)


def _sums(form: str, rows: Rows, by: list[By]) -> Iterable[bytes]:
    found = sums(rows, by)
    if form == "csv":
        from satops.report.rows import sums_csv

        return sums_csv(by, found)
    from satops.report.rows import sums_json

    return sums_json(rows, by, found, total(rows))
