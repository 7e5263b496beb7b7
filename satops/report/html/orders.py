"""The table of all orders, and their history."""

from collections.abc import Iterator

from satops.core.words import counted, moment, number
from satops.report.html.markup import (
    Markup,
    Value,
    cells,
    joined,
    link,
    section,
    table,
    tag,
    text,
)
from satops.report.html.needs import labels_of
from satops.report.html.subject import Subject, anchor, mark, money_of, window_of
from satops.workflow.rows import Act, Row

RUNS_MAX = 500
_NAMES_MAX = 20
_HEADER = [
    ("Order", ""), ("State", ""), ("Number", ""), ("Series", ""), ("Labels", ""), ("Sensor", ""),
    ("Window (UTC)", ""), ("Captures", "n"), ("km²", "n"), ("Estimate", "n"), ("Amount", "n"),
    ("Bought (UTC)", ""), ("By", ""), ("Pull request", ""), ("Approved by", ""),
]  # fmt: skip


def orders(subject: Subject) -> Markup:
    """Return every order of the report, by name."""
    caption = f"Orders: {len(subject.shown):,}"
    lines = (_line(row) for row in subject.shown)
    return section("orders", caption, table(caption, _HEADER, lines, name="all-orders"))


def history(subject: Subject) -> Markup:
    """Return the buying runs and the statements of people, the newest first."""
    return section("history", "History", *_runs(subject), *_acts(subject))


def approvers(row: Row) -> tuple[str, ...]:
    """Return who approved an order; "not known" if no forge was asked, "nobody" for no approval."""
    approvals = row.origin.approvals
    return ("not known",) if approvals is None else approvals or ("nobody",)


def _line(row: Row) -> Markup:
    order, origin = row.order, row.origin
    area_km2 = None if row.area_km2 is None else row.area_km2 * order.captures
    sensor = " ".join(filter(None, (order.provider, row.mode)))
    return Markup(
        f'<tr id="{anchor(row)}">'
        + tag("th", text(row.name), scope="row")
        + tag("td", mark(row), class_="state")
        + tag("td", text(", ".join(order.order_nos)), class_="id")
        + tag("td", text(order.series or ""))
        + tag("td", labels_of(row))
        + tag("td", text(sensor))
        + tag("td", text(window_of(row)), class_="window", data_v=order.start or None)
        + _figure(str(order.captures), order.captures)
        + _figure("" if area_km2 is None else number(area_km2), area_km2)
        + _figure(money_of(order.estimated_cost, order.currency), order.estimated_cost)
        + _figure(money_of(order.amount, order.amount_currency), order.amount)
        + tag("td", text(moment(order.intended_at) if order.intended_at else ""), class_="window")
        + tag("td", text(row.run.actor or ""))
        + tag("td", link(origin.pull_request), class_="id")
        + tag("td", text(", ".join(approvers(row))))
        + "</tr>"
    )


def _figure(shown: str, value: Value) -> Markup:
    return tag("td", text(shown), class_="n", data_v=value)


def _runs(subject: Subject) -> Iterator[Markup]:
    reading = subject.rows.reading
    bought: dict[str, list[Row]] = {}
    for row in subject.shown:
        bought.setdefault(row.order.run, []).append(row)
    runs = sorted(
        (run for run in bought if run in reading.runs),
        key=lambda run: (reading.runs[run].time, run), reverse=True,
    )  # fmt: skip
    caption = f"Runs that bought, or tried: {len(runs):,}"
    header = [
        ("Time (UTC)", ""), ("By", ""), ("Commit", ""), ("Pull request", ""), ("Approved by", ""),
        ("Run", ""), ("Orders", ""),
    ]  # fmt: skip
    lines = []
    for run in runs[:RUNS_MAX]:
        said = reading.runs[run]
        lines.append(
            cells(
                (text(moment(said.time)), "window"),
                (text(said.actor or ""), ""),
                (text((said.commit or "")[:12]), "id"),
                (_each(link(row.origin.pull_request) for row in bought[run]), "id"),
                (_each(text(by) for row in bought[run] for by in approvers(row)), ""),
                (link(said.run_url) or text(run), "id"),
                (_names(bought[run]), ""),
            )
        )
    yield tag("h3", text(caption))
    yield table(caption, header, lines)
    if len(runs) > RUNS_MAX:
        yield tag("p", text(f"Shown: the {RUNS_MAX:,} newest of {len(runs):,} runs. The table of "
                            "orders has them all."), class_="note")  # fmt: skip


def _each(values: Iterator[Markup]) -> Markup:
    """Return each distinct value once, since orders of a run may differ."""
    several = list(dict.fromkeys(value for value in values if value))
    more = [text(f"and {len(several) - 5:,} more")] if len(several) > 5 else []
    return joined([*several[:5], *more], Markup(", "))


def _names(rows: list[Row]) -> Markup:
    shown = [tag("a", text(row.name), href=f"#{anchor(row)}") for row in rows[:_NAMES_MAX]]
    left = len(rows) - len(shown)
    if left > 0:
        shown.append(text(f"and {left:,} more"))
    return joined(shown, Markup(", "))


def _acts(subject: Subject) -> Iterator[Markup]:
    acts = [
        act for act in reversed(subject.rows.reading.acts)
        if not subject.month or act.time[:7] == subject.month
    ]  # fmt: skip
    if not acts:
        return
    caption = f"What people and looks settled: {counted(len(acts), 'event')}"
    header = [("Time (UTC)", ""), ("What", ""), ("Order", ""), ("By", ""), ("Why", "")]
    lines = [
        cells(
            (text(moment(act.time)), "window"), (text(_what(act)), ""),
            (text(act.name or act.order_no), ""), (text(act.by), ""), (text(act.because), ""),
        )
        for act in acts[:RUNS_MAX]
    ]  # fmt: skip
    yield tag("h3", text(caption))
    yield table(caption, header, lines)
    if len(acts) > RUNS_MAX:
        yield tag("p", text(f"Shown: the {RUNS_MAX:,} newest."), class_="note")


def _what(act: Act) -> str:
    placed = act.fields.get("placed")
    match act.kind:
        case "DoubtSettled":
            return f"settled as placed: {act.order_no}" if placed else "settled as not placed"
        case "DoubtCorrected":
            return f"corrected: placed as {act.order_no}" if placed else "corrected: in doubt again"
        case "OrderAdopted":
            return f"adopted {act.order_no}"
        case "ForeignNoted":
            return f"not ours: {act.order_no}"
        case "PurchaseCompared":
            return "differs from what was reviewed: " + ", ".join(act.fields.get("differs", ()))
        case "SubmissionProbed":
            return "asked for once more"
        case "MarketplaceMoved":
            return f"the marketplace moved to {act.fields.get('to')}"
        case "LedgerClosed":
            return f"the ledger goes on at {act.fields.get('to')}"
        case _:
            return "an older ledger was accepted"
