"""The report of an apply run as text: every order with its number, and the next steps."""

from collections.abc import Iterator

from satops.core.problem import by_position
from satops.core.safe import safe
from satops.core.words import counted
from satops.report.layout import BLANK, Block, Line, Row, Table, Tone, command
from satops.report.text.problems import problem_blocks
from satops.workflow.apply_report import ApplyReport
from satops.workflow.outcomes import OrderResult

_SIGNS = {
    "placed": "+",
    "rejected": "x",
    "rejected-before": "x",
    "not-sent": "x",
    "in-doubt": "?",
    "placed-by-other": ".",
    "being-placed": "?",
    "in-account": "!",
    "not-seen": "!",
    "free-again": "x",
    "pass-changed": "!",
    "conflict": "!",
}
OUTCOME_TONES = {
    "placed": Tone.GOOD,
    "rejected": Tone.ERROR,
    "rejected-before": Tone.ERROR,
    "not-sent": Tone.ERROR,
    "in-doubt": Tone.WARNING,
    "placed-by-other": Tone.QUIET,
    "being-placed": Tone.WARNING,
    "in-account": Tone.WARNING,
    "not-seen": Tone.WARNING,
    "free-again": Tone.ERROR,
    "pass-changed": Tone.ERROR,
    "conflict": Tone.ERROR,
}
"""Tone of each outcome."""
_HEADER = ("", "NAME", "OUTCOME", "ORDER")


def apply_blocks(report: ApplyReport, *, sandbox: bool) -> Iterator[Block]:
    """Yield a run's results, and the next commands."""
    orders = sorted(report.orders, key=lambda result: result.name)
    if orders:
        yield Table(_HEADER, orders, _row, names=frozenset({1}))
        yield BLANK
    for result in orders:
        if result.message:
            yield Line(_reason(result), OUTCOME_TONES[result.outcome])
    if any(result.message for result in orders):
        yield BLANK
    blocking = [problem for problem in report.plan.problems if problem.blocks]
    if blocking:
        yield from problem_blocks(sorted(blocking, key=by_position))
        yield BLANK
    yield from _totals(report, sandbox=sandbox)
    yield from _next(report)


def result_line(result: OrderResult) -> str:
    """Return one outcome as a line of the running log."""
    said = f"{result.name}: {_words(result)}"
    if result.order_no:
        said += f" as {result.order_no}"
    return safe(f"{said}. {result.message}" if result.message else said)


def _row(result: OrderResult) -> Row:
    cells = (
        _SIGNS[result.outcome],
        safe(result.name),
        _words(result),
        safe(result.order_no or ""),
    )
    return Row(cells, OUTCOME_TONES[result.outcome])


def _words(result: OrderResult) -> str:
    return result.outcome.replace("-", " ")


def _reason(result: OrderResult) -> str:
    return f"{_SIGNS[result.outcome]} {safe(result.name)}: {safe(result.message)}"


def _totals(report: ApplyReport, *, sandbox: bool) -> Iterator[Block]:
    if report.replayed:
        count = counted(len(report.replayed), "outcome")
        yield Line(f"{count} of an earlier run went from this machine's disk into the ledger.")
    yield from _earlier(report)
    if not report.expected:
        kept = report.plan.blocked or report.plan.in_doubt
        yield Line(
            "Nothing was sent: there is no new order to place.", Tone.PLAIN if kept else Tone.GOOD
        )
        return
    placed = report.count("placed")
    tone = Tone.GOOD if placed == report.expected else Tone.ERROR
    rest = [
        f"{count} {words}"
        for count, words in (
            (report.count("rejected"), "rejected"),
            (report.count("rejected-before"), "not sent again: rejected before"),
            (report.count("not-sent"), "not sent"),
            (report.count("in-doubt"), "in doubt"),
            (report.count("placed-by-other"), "placed by another run"),
            (report.count("being-placed"), "being placed by another run"),
            (report.count("in-account"), "held: the account has them already"),
            (report.count("not-seen"), "not sent: the account could not be seen"),
            (report.count("pass-changed"), "not sent: the pass has changed"),
            (report.count("conflict"), "not sent: another run placed another order of the name"),
            (report.count("free-again"), "free again: another run did not place them"),
        )
        if count
    ]
    tail = f" ({', '.join(rest)})" if rest else ""
    where = " in the sandbox: nothing real was ordered" if sandbox else ""
    yield Line(f"Placed {placed} of {report.expected} expected{tail}{where}.", tone)


def _next(report: ApplyReport) -> Iterator[Block]:
    if report.interrupted:
        yield Line("Interrupted: nothing new was begun, and what was on the wire was finished.")
    elif report.stopped:
        yield Line(f"The run stopped: {safe(report.stopped)}", Tone.ERROR)
    if report.unseen_why:
        yield Line(
            f"Nothing new was sent, because the account could not be seen: "
            f"{safe(report.unseen_why)}. Without a look, orders that it holds already would be "
            "bought again. Run again; or for named orders, on your word:",
            Tone.ERROR,
        )
        yield command("satops apply NAME... --unseen --because TEXT")
    if report.count("in-doubt") or report.open_names:
        yield Line(
            "An order in doubt may exist. Never order it again by hand. To look it up:",
            Tone.WARNING,
        )
        yield command("satops reconcile")
    if report.unrecorded:
        yield from _unrecorded(report)


def _earlier(report: ApplyReport) -> Iterator[Block]:
    """Yield the look's results for earlier runs' submissions."""
    for found in report.settled:
        name, event = safe(found.name), found.settled
        if event is not None:
            outcome = f"placed as {safe(event.order_no or '')}" if event.placed else "not placed"
            yield Line(f"+ {name}, of an earlier run: {outcome}. {safe(event.because)}.", Tone.GOOD)
            continue
        why = found.why or (found.match.note if found.match is not None else "")
        later = (
            f" It can be settled in {found.wait_s:,.0f} s at the earliest."
            if found.wait_s is not None
            else ""
        )
        yield Line(f"? {name}, of an earlier run: left alone. {safe(why)}.{later}", Tone.WARNING)


def _unrecorded(report: ApplyReport) -> Iterator[Block]:
    """Yield how unrecorded orders get into the ledger, with the commands to do it by hand."""
    kept = [name for name in report.unrecorded if name not in report.unspooled]
    yield Line(
        f"The ledger does not hold {counted(len(report.unrecorded), 'outcome')} of this run yet.",
        Tone.ERROR,
    )
    if kept:
        yield Line(
            f"{counted(len(kept), 'outcome')} are on this machine's disk, in {safe(report.spool)}: "
            "the next run here brings them into the ledger."
        )
    if report.unspooled:
        yield Line(
            "Not even on this machine's disk, which is full or gone: "
            f"{safe(', '.join(report.unspooled))}. Note the commands below.",
            Tone.ERROR,
        )
    yield Line("On another machine, once the ledger can be reached:")
    for result in report.orders:
        if result.outcome == "placed" and result.name in report.unrecorded:
            yield command(
                f"satops resolve {safe(result.name)} --placed {safe(result.order_no or '')} "
                f"--because 'answered to run {safe(report.run)}' --yes"
            )
