"""Simulated passes as text, with the lines to paste to buy one."""

import re
from collections.abc import Iterator

from satops.core.plan.feasibility import Answer, Feasibility, ShownPass, Simulated
from satops.core.safe import safe
from satops.core.words import counted, moment
from satops.report.layout import BLANK, Block, Line, Row, Table, Tone, command
from satops.report.passes import HEADER, NUMBERS, UNIT_NOTE, cells, words

_PLAIN = re.compile(r"[A-Za-z]{2}[A-Za-z0-9_-]*[0-9]|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z")
"""Words that end in a digit, which YAML reads as text, and instants."""


def feasibility_blocks(evidence: Feasibility, *, saved: str | None = None) -> Iterator[Block]:
    """Yield each order with its passes; `saved` is the evidence file."""
    if not evidence.orders:
        yield Line("There is no new order to ask for.")
        return
    for told in evidence.orders:
        yield from _order(told)
        yield BLANK
    if any(told.passes for told in evidence.orders):
        yield Line(UNIT_NOTE)
    yield Line(f"As of {moment(evidence.made_at)} UTC. Nothing was ordered.", Tone.HEADING)
    if saved is not None:
        yield Line("To show it in the review:")
        yield command(f"satops plan --feasibility {safe(saved)}")


def pass_table(told: Simulated) -> Iterator[Block]:
    """Yield the table of an order's passes, or why there are none."""
    if told.answer is not Answer.PASSES:
        tone = Tone.PLAIN if told.answer is Answer.NONE else Tone.WARNING
        yield Line(f"{safe(told.name)}: {words(told)}.", tone)
        return
    yield Table(HEADER, told.passes, lambda shown: Row(cells(shown)), right=NUMBERS)
    if told.unreadable:
        yield Line(f"Left out: {counted(told.unreadable, 'row')} without a result.", Tone.WARNING)
    unreadable = sum(shown.swath is None for shown in told.passes)
    if unreadable:
        yield Line(f"Swaths that cannot be read, and are on no map: {unreadable:,}.", Tone.QUIET)


def _order(told: Simulated) -> Iterator[Block]:
    if told.answer is not Answer.PASSES:
        yield from pass_table(told)
        return
    count = counted(len(told.passes), "pass", "passes")
    yield Line(f"{safe(told.name)}: {count}, by start", Tone.HEADING)
    yield from pass_table(told)
    yield from _paste(told)


def _paste(told: Simulated) -> Iterator[Block]:
    """Yield the block to paste, for the first pass that can be bought."""
    shown: ShownPass
    for shown in told.passes:
        choice = shown.choice(told.simulation)
        if choice is None:
            continue
        yield Line("To buy one of them, put it under `order:`; for the first:")
        fields = ", ".join(f"{key}: {_yaml(value)}" for key, value in choice.fields().items())
        yield command(f"pass: {{{fields}}}")
        return


def _yaml(value: object) -> str:
    """Return a value for a YAML flow mapping, quoted if ambiguous."""
    text = str(value)
    if isinstance(value, int) or _PLAIN.fullmatch(text):
        return text
    quoted = safe(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"'
