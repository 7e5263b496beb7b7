"""Reports for machines, as chunks of JSON: the same values in the same order, the same bytes.

Long lists are written one item a line and a few hundred at a time, so that a plan of 100,000
orders needs no more memory than the plan itself.  `schema/*.schema.json` says what each report
holds.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from satops.core import json_text
from satops.core.ledger.state import OrderState
from satops.core.order.order import Order, instant_text
from satops.core.plan.plan import FORMAT as PLAN_FORMAT
from satops.core.plan.plan import Action, ActionKind, Plan, action_digest, order_digest
from satops.core.problem import Problem, by_position
from satops.core.safe import encodable
from satops.errors import SatopsError
from satops.offers.eo_imagery.status import status_word
from satops.report.subject import provenance, subject

if TYPE_CHECKING:
    from satops.core.check import Check
    from satops.core.ledger.events import (
        DoubtCorrected,
        DoubtSettled,
        ForeignNoted,
        OrderAdopted,
        RunStarted,
    )
    from satops.core.ledger.recorded import Recorded
    from satops.core.order.marketplace_order import MarketplaceOrder
    from satops.core.spec.spec import Spec
    from satops.workflow.account import AccountLook
    from satops.workflow.adopt_all import Proposal
    from satops.workflow.apply_report import ApplyReport
    from satops.workflow.carried_spool import CarriedReport
    from satops.workflow.copy_ledger import CopyReport
    from satops.workflow.doctor import DoctorReport
    from satops.workflow.download_report import DownloadReport
    from satops.workflow.explain import Number
    from satops.workflow.ledger import Accepted
    from satops.workflow.reconcile import DoubtLook, ReconcileReport
    from satops.workflow.refresh import RefreshReport
    from satops.workflow.verify import VerifyReport

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
        **_origin(plan),
        "part": None
        if plan.part is None
        else {"names": plan.part.names, "labels": plan.part.labels},
        "new_marketplace": _new_marketplace(plan),
        "summary": plan_summary(plan),
    }
    return document(
        head,
        actions=(_action(action, body) for action in plan.actions),
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
    """Return how many actions there are of each kind, and what the new orders come to."""
    counted = Counter(action.kind for action in plan.actions)
    counts: dict[str, Any] = {kind.value: counted[kind] for kind in ActionKind}
    creates = plan.creates
    area_km2 = sum(subject(a).total_km2 or 0.0 for a in creates)
    costs = [a.estimated_cost for a in creates if a.estimated_cost is not None]
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
            "not_sent": report.count("not-sent") + report.count("not-seen"),
            "in_doubt": report.count("in-doubt"),
        },
        "ledger_head": report.ledger_head,
        "stopped": None if report.stopped is None else encodable(report.stopped),
        "unrecorded": len(report.unrecorded),
        "unspooled": report.unspooled,
        "settled": [_settled(found) for found in report.settled],
        "replayed": [
            {"name": entry.name, "outcome": type(entry.outcome).__name__, "run": entry.run}
            for entry in report.replayed
        ],
        "open": report.open_names,
        "account": None if report.look is None else _look(report.look),
    }
    orders = (
        {
            "name": result.name,
            "outcome": result.outcome,
            "order_no": result.order_no,
            "candidate": result.candidate,
            "message": encodable(result.message),
        }
        for result in report.orders
    )
    return document(head, orders=orders, problems=problem_items(report.plan.problems))


def validate_json(specs: int, problems: Iterable[Problem]) -> Chunks:
    """Yield what validate found."""
    return document({"specs": specs}, problems=problem_items(problems))


def known_order(order: OrderState, now: str) -> dict[str, Any]:
    """Return where one order stands."""
    return {
        "name": order.name,
        "state": order.standing_at(now).value,
        "order_no": order.order_no,
        "order_digest": order.order_digest,
        "placed_at": order.placed_at,
        "status": status_word(order.status) or None,
    }


def show_json(
    name: str,
    known: OrderState | None,
    spec: "Spec | None",
    events: Sequence["Recorded"],
    now: str,
    started: "RunStarted | None" = None,
) -> Chunks:
    """Yield all that is known of one order; what is not known is null."""
    order = None
    if known is not None:
        order = known_order(known, now) | {
            "attempt": known.attempt,
            "reason": encodable(known.reason),
            "further_order_nos": known.further_order_nos,
        }
    head = {
        "name": name,
        "ledger": order,
        "spec": None if spec is None else _spec(spec),
        "provenance": None if known is None else provenance(known, events, started),
    }
    return document(head, events=(found.fields for found in events))


def history_json(events: "Iterable[Recorded]") -> Chunks:
    """Yield events as they stand in the ledger."""
    return document({}, events=(found.fields for found in events))


def verify_json(report: "VerifyReport") -> Chunks:
    """Yield what verify found."""
    broken = [report.broken] if report.broken is not None else []
    head = {
        "sound": report.sound,
        "address": report.address,
        "events": report.events,
        "head": report.head.digest,
        "anchored_at": report.anchored_at,
        "unterminated_bytes": report.unterminated_bytes,
    }
    problems = (
        {"line": problem.line, "detail": encodable(problem.detail)}
        for problem in (*broken, *report.problems)
    )
    return document(head, problems=problems)


def doctor_json(report: "DoctorReport") -> Chunks:
    """Yield what doctor found."""
    notes = (
        {
            "subject": note.subject,
            "verdict": note.verdict.value,
            "detail": encodable(note.detail),
        }
        for note in report.notes
    )
    return document({"address": report.address}, findings=notes)


def copy_json(report: "CopyReport") -> Chunks:
    """Yield what is in both places after a copy."""
    head = {
        "source": report.source,
        "target": report.target,
        "events": report.head.seq,
        "copied": report.copied,
        "head": report.head.digest,
    }
    return document(head)


def reconcile_json(report: "ReconcileReport", *, dry_run: bool) -> Chunks:
    """Yield what a look at the marketplace found and settled."""
    head = {
        "dry_run": dry_run,
        "queried": report.queried,
        "account": _look(report.look),
        "being_placed": report.being_placed,
    }
    if report.carried is not None:
        head["carried"] = _carried(report.carried)
    return document(
        head,
        findings=(_finding(finding) for finding in report.findings),
        foreign=(
            {**_shown(order), "fits": dict(report.fits).get(order.order_no, ())}
            for order in report.foreign
        ),
        deleted=(
            {"name": encodable(o.name), "order_no": encodable(o.order_no), "wanted": o.wanted}
            for o in report.deleted
        ),
    )


def carried_json(report: "CarriedReport") -> Chunks:
    """Yield what was taken from a spool of another machine."""
    return document(_carried(report))


def _carried(report: "CarriedReport") -> dict[str, Any]:
    return {
        "ignored": report.ignored,
        "receipts": [
            {
                "name": encodable(each.name),
                "order_no": encodable(each.order_no),
                "taken": each.settled is not None,
                "known": each.known,
                "why": encodable(each.why) or None,
            }
            for each in report.receipts
        ],
    }


def _settled(found: "DoubtLook") -> dict[str, Any]:
    event = found.settled
    return {
        "name": found.name,
        "settled": None if event is None else "placed" if event.placed else "not-placed",
        "order_no": None if event is None else event.order_no,
        "why": encodable(found.why or (found.match.note if found.match is not None else "")),
        "wait_s": found.wait_s,
    }


def _look(look: "AccountLook") -> dict[str, Any]:
    return {
        "full": look.full,
        "why_not": encodable(look.why_not) or None,
        "orders": len(look.orders),
        "time": look.time,
    }


def settled_json(
    settled: "DoubtSettled | DoubtCorrected | OrderAdopted | ForeignNoted",
) -> Chunks:
    """Yield what a person settled."""
    return document(
        {
            "name": getattr(settled, "name", None),
            "event": type(settled).__name__,
            "placed": getattr(settled, "placed", type(settled).__name__ == "OrderAdopted"),
            "order_no": settled.order_no,
            "by": settled.by,
            "because": encodable(settled.because),
        }
    )


def proposal_json(proposal: "Proposal") -> Chunks:
    """Yield what was adopted, and what is left to a person."""
    return document(
        {"digest": proposal.digest},
        adopted=({"name": each.name, "order_no": each.order_no} for each in proposal.adoptions),
        left=({"order_no": order_no, "why": encodable(why)} for order_no, why in proposal.left),
    )


def accepted_json(accepted: "Accepted") -> Chunks:
    """Yield what an older ledger has lost, and the orders that no name holds."""
    like = dict(accepted.fits)
    return document(
        {
            "lost": {"seq": accepted.lost.seq, "head": accepted.lost.digest},
            "head": {"seq": accepted.head.seq, "head": accepted.head.digest},
        },
        foreign=(
            {**_shown(order), "fits": like.get(order.order_no, ())} for order in accepted.foreign
        ),
    )


def refresh_json(report: "RefreshReport") -> Chunks:
    """Yield the statuses that changed, and the orders that were not seen."""
    return document(
        {
            "seen": report.seen,
            "unseen": report.unseen,
            "unread": report.unread,
            "failed": [seen.name for seen in report.failed],
            "overdue": [
                {"name": late.name, "order_no": late.order_no, "end": late.end}
                for late in report.overdue
            ],
        },
        observed=(
            {
                "name": seen.name,
                "order_no": seen.order_no,
                "status": seen.status,
                "word": status_word(seen.status),
                "amount": seen.amount,
                "currency": seen.currency,
            }
            for seen in report.observed
        ),
    )


def download_json(report: "DownloadReport") -> Chunks:
    """Yield the products that came, and those that did not."""
    return document(
        {
            "target": report.target,
            "dry_run": report.dry_run,
            "here": report.here,
            "waiting": report.waiting,
            "unknown": report.unknown,
            "cut_short": report.is_cut_short,
            "catalog_error": report.catalog_error or None,
            "failures": [
                {
                    "name": failure.name,
                    "order_no": failure.order_no,
                    "product": failure.product or None,
                    "reason": failure.reason,
                }
                for failure in report.failures
            ],
        },
        products=(
            {
                "name": product.name,
                "order_no": product.order_no,
                "product": product.product,
                "file": product.key or None,
                "size": product.size if product.key else None,
                "sha256": product.sha256 or None,
                "changed": product.is_changed,
            }
            for product in report.fetched
        ),
    )


def explain_json(checks: "Iterable[Check]", numbers: "Iterable[Number]" = ()) -> Chunks:
    """Yield checks of the catalogue, and the numbers of the one that was asked for."""
    listed = (
        {
            "code": check.code,
            "title": check.title,
            "severity": check.severity.value,
            "acknowledgeable": check.acknowledgeable,
            "meaning": check.meaning,
            "remedy": check.remedy,
            "source": check.source,
            "example": check.example,
        }
        for check in checks
    )
    values = (
        {
            "key": number.key,
            "modes": number.modes,
            "value": number.threshold.value,
            "source": number.threshold.source,
            "confirmed": number.threshold.confirmed,
        }
        for number in numbers
    )
    return document({}, checks=listed, numbers=values)


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
    """Yield problems sorted by their position."""
    for problem in sorted(problems, key=by_position):
        yield {
            "check": problem.check,
            "severity": problem.severity.value,
            "order": problem.order,
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
    file, line = action.where or (None, None)
    sends = action.kind is ActionKind.CREATE and spec is not None
    return {
        "name": action.name,
        "action": action.kind,
        "reason": action.reason,
        "order_digest": order_digest(action),
        "action_digest": action_digest(action),
        "order_no": known.order_no if known else None,
        "file": None if file is None else encodable(file),
        "line": line,
        "area_km2": None if facts.area_km2 is None else round(facts.area_km2, _AREA_DECIMALS),
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


def _spec(spec: "Spec") -> dict[str, Any]:
    return {
        "file": encodable(spec.source.file),
        "line": spec.source.line,
        "description": spec.description,
        "labels": spec.labels,
        "supersedes": spec.supersedes,
        "order_digest": spec.order.digest,
        "area_km2": round(spec.footprint.area_km2, _AREA_DECIMALS),
        "order": json_text.Raw(spec.order.canonical),
    }


def _finding(finding: "DoubtLook") -> dict[str, Any]:
    settled, match = finding.settled, finding.match
    return {
        "name": finding.name,
        "settled": None if settled is None else "placed" if settled.placed else "not-placed",
        "order_no": None if settled is None else settled.order_no,
        "note": "" if match is None else encodable(match.note),
        "looks": finding.looks,
        "wait_s": finding.wait_s,
        "candidates": [
            {
                "agrees": candidate.agrees,
                "differs": candidate.differs,
                "unseen": candidate.unseen,
                **_shown(candidate.order),
            }
            for candidate in (match.candidates if match is not None else ())
        ],
    }


def _shown(order: "MarketplaceOrder") -> dict[str, Any]:
    return {
        "order_no": encodable(order.order_no),
        "status": order.status,
        "created_at": None if order.created_at is None else instant_text(order.created_at),
        "deleted": order.deleted,
    }
