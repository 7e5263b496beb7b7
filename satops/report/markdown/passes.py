"""Simulated passes of the orders to create, and their swaths on a map."""

from collections.abc import Iterator

from satops.core import json_text
from satops.core.plan.feasibility import Answer, Feasibility, ShownPass, Simulated
from satops.core.plan.plan import Action, Plan
from satops.core.words import counted, moment
from satops.report.markdown.escape import cell, code, label, prose
from satops.report.markdown.findings import elsewhere
from satops.report.markdown.page import Block, Fit, Rank, fenced, header, row, rows_that_fit, size
from satops.report.passes import UNIT_NOTE, age, cells, words
from satops.report.shapes import outline, ring_on_map

_TITLES = (
    "Result", "Satellite", "Start (UTC)", "Solar time", "Orbit", "Look", "Angle", "km²", "Coverage",
)  # fmt: skip
_NUMBERS = frozenset({0, 6, 7})
_CORNERS = 20
_SWATHS_MAX = 12


def passes(plan: Plan, artifact: str) -> Iterator[Block]:
    """Yield the simulation of each order to create; nothing without evidence."""
    evidence = plan.feasibility
    if evidence is None or not plan.creates:
        return
    yield Block(Rank.PASSES, _opening(plan, evidence))
    for action in plan.creates:
        told = evidence.of(action.name)
        if told is None:
            yield Block(Rank.PASSES, f"#### {code(action.name)}: not asked for")
        else:
            yield _order(action, told, artifact)


def _opening(plan: Plan, evidence: Feasibility) -> str:
    return (
        f"### Passes, as simulated {age(evidence.made_at, plan.made_at)} before this plan\n\n"
        f"The simulations are of {moment(evidence.made_at)} UTC. A pass is no promise. {UNIT_NOTE}"
    )


def _order(action: Action, told: Simulated, artifact: str) -> Block:
    name = code(action.name)
    if told.answer is not Answer.PASSES:
        return Block(Rank.PASSES, f"#### {name}: {prose(words(told))}")
    title = f"#### {name}: {counted(len(told.passes), 'pass', 'passes')}, by start"
    chosen = action.spec.order.pass_choice if action.spec is not None else None
    if chosen is not None:
        title += f"; it buys result {chosen.result}"
    head = f"{title}\n\n{header(_TITLES, _NUMBERS)}"
    table = rows_that_fit(head, told.passes, _row, elsewhere(artifact))
    return Block(
        Rank.PASSES, f"{title}. See {artifact}.", (_with_map(action, told, table), table), share=0.2
    )


def _row(shown: ShownPass) -> str:
    return row([cell(prose(text)) for text in cells(shown)])


def _with_map(action: Action, told: Simulated, table: Fit) -> Fit:
    def fit(room: int) -> str | None:
        drawn = _map(action, told)
        text = table(room - size(drawn) - 2) if drawn else None
        return None if text is None else f"{text}\n\n{drawn}"

    return fit


def _map(action: Action, told: Simulated) -> str:
    """Return the order's outline and its readable swaths; empty without any."""
    swaths = [
        {
            "type": "Feature",
            "properties": {"name": label(f"{shown.result} {shown.satellite}")},
            "geometry": ring_on_map(shown.swath),
        }
        for shown in told.passes
        if shown.swath is not None and ring_on_map(shown.swath) is not None
    ]
    if not swaths or action.spec is None:
        return ""
    own = {
        "type": "Feature",
        "properties": {"name": label(action.name)},
        "geometry": outline(action.spec.order.rings, _CORNERS),
    }
    features = [json_text.dumps(each).decode() for each in (own, *swaths[:_SWATHS_MAX])]
    collection = '{"type":"FeatureCollection","features":[\n' + ",\n".join(features) + "\n]}"
    hidden = len(told.passes) - min(len(swaths), _SWATHS_MAX)
    note = f"\n\nNot on this map: {counted(hidden, 'swath')}." if hidden else ""
    return fenced("geojson", collection) + note
