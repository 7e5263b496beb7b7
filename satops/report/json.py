"""Reports for machines, as chunks of JSON: the same values in the same order, the same bytes.

Long lists are written one item a line and a few hundred at a time, so that a plan of 100,000
orders needs no more memory than the plan itself.  `schema/*.schema.json` says what each report
holds.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from satops.core import json_text
from satops.core.order import Order
from satops.core.plan import FORMAT as PLAN_FORMAT
from satops.core.plan import Action, ActionKind, Plan, order_digest
from satops.core.problem import Problem, by_place
from satops.core.state import LedgerState, OrderState
from satops.errors import SatopsError
from satops.report.safe import encodable
from satops.report.subject import subject

if TYPE_CHECKING:
    from satops.workflow.apply import ApplyReport

Chunks = Iterator[bytes]
Body = Callable[[Order], bytes]
"""Makes the exact create request of an order."""

APPLY_FORMAT = "satops.apply/1"
ERROR_FORMAT = "satops.error/1"
_ITEMS_PER_CHUNK = 256
_AREA_DECIMALS = 6
"""A square metre, in km²."""


def plan_json(plan: Plan, body: Body) -> Chunks:
    """Yield a plan; `request` is given for the orders that apply would send, else null."""
    head = {
        "format": PLAN_FORMAT,
        "plan_digest": plan.digest,
        "ledger_head": plan.ledger_head,
        "rules_digest": plan.rules_digest,
        "made_at": plan.made_at,
        "summary": plan_summary(plan),
    }
    return document(
        head,
        actions=(_action(action, body) for action in plan.actions),
        problems=problem_items(plan.problems),
        refusals=({"summary": r.summary, "detail": r.detail} for r in plan.refusals),
    )


def plan_summary(plan: Plan) -> dict[str, Any]:
    """Return how many actions there are of each kind, and what the new orders come to."""
    counts: dict[str, Any] = {kind.value: 0 for kind in ActionKind}
    area_km2 = 0.0
    costs = []
    for action in plan.actions:
        counts[action.kind.value] += 1
        if action.kind is ActionKind.CREATE:
            area_km2 += subject(action).area_km2 or 0.0
            if action.estimated_cost is not None:
                costs.append(action.estimated_cost)
    return counts | {
        "area_km2": round(area_km2, _AREA_DECIMALS),
        "estimated_cost": round(sum(costs), 2) if costs else None,
    }


def apply_json(report: "ApplyReport") -> Chunks:
    """Yield what a run did, order by order."""
    head = {
        "format": APPLY_FORMAT,
        "run": report.run,
        "summary": {
            "expected": report.expected,
            "placed": report.count("placed"),
            "rejected": report.count("rejected"),
            "not_sent": report.count("not-sent"),
            "in_doubt": report.count("in-doubt"),
        },
        "ledger_head": report.ledger_head,
        "stopped": None if report.stopped is None else encodable(report.stopped),
        "unrecorded": report.unrecorded,
    }
    orders = (
        {
            "name": result.name,
            "outcome": result.outcome,
            "order_no": result.order_no,
            "message": encodable(result.message),
        }
        for result in report.orders
    )
    return document(head, orders=orders, problems=problem_items(report.plan.problems))


def validate_json(specs: int, problems: Iterable[Problem]) -> Chunks:
    """Yield what validate found."""
    return document({"specs": specs}, problems=problem_items(problems))


def list_json(state: LedgerState, now: str) -> Chunks:
    """Yield every order that the ledger knows, by name; `now` tells what is still being placed."""
    orders = (state.orders[name] for name in sorted(state.orders))
    return document({}, orders=(known_order(order, now) for order in orders))


def known_order(order: OrderState, now: str) -> dict[str, Any]:
    """Return what `list` says of one order."""
    return {
        "name": order.name,
        "state": order.standing_at(now).value,
        "order_no": order.order_no,
        "order_digest": order.order_digest,
        "placed_at": order.placed_at,
        "status": order.status,
    }


def error_json(error: SatopsError) -> Chunks:
    """Yield why a command could not go on: what `--json` prints in place of its report."""
    problems = getattr(error, "problems", ())
    return document(
        {
            "format": ERROR_FORMAT,
            "error": type(error).__name__,
            "exit_code": int(error.exit_code),
            "message": encodable(str(error)),
        },
        problems=problem_items(p for p in problems if isinstance(p, Problem)),
    )


def problem_items(problems: Iterable[Problem]) -> Iterator[dict[str, Any]]:
    """Yield problems sorted by their place."""
    for problem in sorted(problems, key=by_place):
        yield {
            "check": problem.check,
            "severity": problem.severity.value,
            "file": encodable(problem.file),
            "line": problem.line,
            "column": problem.column,
            "path": encodable(problem.path),
            "summary": encodable(problem.summary),
            "detail": encodable(problem.detail),
            "acknowledged": problem.acknowledged,
        }


def document(head: dict[str, Any], **lists: Iterable[Any]) -> Chunks:
    """Yield one JSON object: short members first, then lists with one item a line."""
    opening = json_text.dumps(head).removesuffix(b"}")
    separator = b"," if head else b""
    for name, items in lists.items():
        yield opening + separator + json_text.dumps(name) + b":["
        opening, separator = b"", b","
        yield from _items(iter(items))
        yield b"]"
    yield opening + b"}\n"


def _items(items: Iterator[Any]) -> Chunks:
    between = b"\n"
    while chunk := list(islice(items, _ITEMS_PER_CHUNK)):
        yield between + b",\n".join(map(json_text.dumps, chunk))
        between = b",\n"


def _action(action: Action, body: Body) -> dict[str, Any]:
    spec, known, facts = action.spec, action.known, subject(action)
    sends = action.kind is ActionKind.CREATE and spec is not None
    return {
        "name": action.name,
        "action": action.kind.value,
        "reason": action.reason,
        "order_digest": order_digest(action),
        "order_no": known.order_no if known else None,
        "file": spec.source.file if spec else None,
        "line": spec.source.line if spec else None,
        "area_km2": None if facts.area_km2 is None else round(facts.area_km2, _AREA_DECIMALS),
        "start": facts.start,
        "end": facts.end,
        "provider": facts.provider,
        "mode": facts.mode,
        "request": json_text.Raw(body(spec.order)) if sends and spec else None,
    }
