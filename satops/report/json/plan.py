"""A plan, and the report of `validate`, as JSON (`schema/plan.schema.json`); and simulated passes,
which `plan --feasibility` reads again.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from satops.core import json_text
from satops.core.order.order import Order
from satops.core.plan.feasibility import Feasibility, as_fields
from satops.core.plan.plan import FORMAT as PLAN_FORMAT
from satops.core.plan.plan import Action, ActionKind, Plan, order_digest
from satops.core.problem import Problem
from satops.core.safe import encodable
from satops.report.json import Chunks, document, problem_items
from satops.report.subject import subject

if TYPE_CHECKING:
    from satops.workflow.ask_again import AskedAgain

Body = Callable[[Order], bytes]
"""Returns the exact create request of an order."""


AREA_DECIMALS = 6
"""Decimals of km²: one square metre."""


def plan_json(plan: Plan, body: Body) -> Chunks:
    """Yield a plan; `request` is null except for the orders to create."""
    head = {
        "format": PLAN_FORMAT,
        "plan_digest": plan.digest,
        "ledger_head": plan.ledger_head,
        "rules_digest": plan.rules_digest,
        "made_at": plan.made_at,
        **_origin(plan),
        "part": None
        if plan.part is None
        else {"names": plan.part.names, "labels": plan.part.labels},
        "new_marketplace": _new_marketplace(plan),
        "summary": plan_summary(plan),
    }
    return document(
        head,
        actions=(
            _action(action, digest, body)
            for action, digest in zip(plan.actions, plan.action_digests, strict=True)
        ),
        problems=problem_items(plan.problems),
        refusals=({"summary": r.summary, "detail": r.detail} for r in plan.refusals),
        guard_changes=(
            {
                "key": encodable(change.field),
                "before": encodable(change.before),
                "after": encodable(change.after),
            }
            for change in plan.guard_changes
        ),
        waiting=iter(sorted(plan.waiting)),
        already_on_base=problem_items(plan.already),
        left_aside=problem_items(plan.aside),
    )


def _new_marketplace(plan: Plan) -> dict[str, Any] | None:
    new = plan.new_marketplace
    if new is None:
        return None
    addresses = {"before": new.before, "after": new.after, "state": new.state}
    return {key: encodable(text) for key, text in addresses.items()} | {"orders": new.orders}


def _origin(plan: Plan) -> dict[str, Any]:
    origin = plan.origin
    return {key: getattr(origin, key, None) for key in ("ledger", "marketplace", "commit", "run")}


def plan_summary(plan: Plan) -> dict[str, Any]:
    """Return the number of actions by kind, and the sums of the new orders."""
    counts: dict[str, Any] = {kind.value: plan.count(kind) for kind in ActionKind}
    creates = plan.creates
    area_km2 = sum(subject(a).total_km2 or 0.0 for a in creates)
    costs = [a.estimated_cost for a in creates if a.estimated_cost is not None]
    return counts | {
        "area_km2": round(area_km2, AREA_DECIMALS),
        "estimated_cost": round(sum(costs), 2) if costs else None,
    }


def validate_json(specs: int, problems: Iterable[Problem]) -> Chunks:
    """Yield the report of validate."""
    return document({"specs": specs}, problems=problem_items(problems))


def _action(action: Action, digest: str, body: Body) -> dict[str, Any]:
    spec, known, facts = action.spec, action.known, subject(action)
    file, line = action.where or (None, None)
    sends = action.kind is ActionKind.CREATE and spec is not None
    return {
        "name": action.name,
        "action": action.kind,
        "reason": action.reason,
        "order_digest": order_digest(action),
        "action_digest": digest,
        "order_no": known.order_no if known else None,
        "file": None if file is None else encodable(file),
        "line": line,
        "area_km2": None if facts.area_km2 is None else round(facts.area_km2, AREA_DECIMALS),
        "start": facts.start,
        "end": facts.end,
        "provider": facts.provider,
        "mode": facts.mode,
        "captures": facts.captures,
        "details": facts.details,
        "estimated_cost": action.estimated_cost,
        "series": action.series,
        "keys": action.keys,
        "request": json_text.Raw(body(spec.order)) if sends and spec else None,
    }


def feasibility_json(evidence: Feasibility) -> Iterator[bytes]:
    """Yield evidence as one JSON document (`schema/feasibility.schema.json`)."""
    yield json_text.dumps_pretty(as_fields(evidence))


def asked_again_json(told: "AskedAgain") -> Iterator[bytes]:
    """Yield the result of ordering a simulation result again."""
    result = told.result
    yield json_text.dumps_pretty(
        {
            "name": result.name,
            "asked": told.asked,
            "outcome": result.outcome,
            "order_no": result.order_no,
            "message": encodable(result.message),
            "means": told.means,
        }
    )
