"""What the golden files show: each report of values that meet every branch of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from satops.core.checks import rules_from
from satops.core.geometry.aoi import read_aoi
from satops.core.ledger.chain import EMPTY, Head, encode
from satops.core.ledger.events import (
    DoubtSettled,
    Event,
    LedgerStarted,
    OrderAdopted,
    RunFinished,
    RunStarted,
    StatusObserved,
    SubmissionLeftInDoubt,
    SubmissionNotSent,
    SubmissionPlaced,
    SubmissionRejected,
)
from satops.core.ledger.recorded import Recorded, read
from satops.core.ledger.state import LedgerState, OrderState, Standing
from satops.core.order.marketplace_order import MarketplaceOrder
from satops.core.order.matching import Candidate, Doubt, Match
from satops.core.order.modes import Modes
from satops.core.order.order import instant
from satops.core.order.submission import Receipt
from satops.core.plan.changes import Change, NewMarketplace
from satops.core.plan.config import Config
from satops.core.plan.plan import Action, ActionKind, LimitRoom, Plan, Refusal
from satops.core.problem import Problem, Severity
from satops.core.spec.spec import Spec
from satops.errors import InvalidInput, LedgerMissing
from satops.offers.eo_imagery import EO_IMAGERY
from satops.ports import Spooled
from satops.report import (
    geojson,
    github,
    ledger_page,
    markdown,
)
from satops.report.json import error_json
from satops.report.json.aoi import aoi_json
from satops.report.json.doctor import doctor_json
from satops.report.json.ledger import history_json, show_json, verify_json
from satops.report.json.plan import feasibility_json, plan_json, validate_json
from satops.report.json.run import (
    apply_json,
    download_json,
    reconcile_json,
    refresh_json,
    settled_json,
)
from satops.report.layout import Block
from satops.report.rows import list_csv, list_geojson, list_json, sums_csv, sums_json
from satops.report.text.aoi import aoi_blocks, split_blocks
from satops.report.text.apply import apply_blocks
from satops.report.text.download import download_blocks, refresh_blocks
from satops.report.text.feasibility import feasibility_blocks
from satops.report.text.ledger import history_blocks, show_blocks
from satops.report.text.plan import plan_blocks
from satops.report.text.problems import error_blocks, validate_blocks
from satops.report.text.reconcile import (
    adopted_blocks,
    reconcile_blocks,
    settled_blocks,
)
from satops.report.text.rows import list_blocks, sums_blocks
from satops.report.text.setup import (
    ci_blocks,
    copied_blocks,
    doctor_blocks,
    init_blocks,
    new_blocks,
    started_blocks,
    update_blocks,
    verify_blocks,
)
from satops.workflow.account import NO_QUERY, AccountLook
from satops.workflow.aoi import look
from satops.workflow.aoi_split import divide
from satops.workflow.apply_report import ApplyReport
from satops.workflow.doctor import DoctorNote, DoctorReport, Verdict
from satops.workflow.download_report import DownloadReport, Failure, Product
from satops.workflow.ledger import CopyReport
from satops.workflow.list import by_of, sums, total
from satops.workflow.outcomes import OrderResult
from satops.workflow.reconcile import DeletedOrder, DoubtLook, ReconcileReport
from satops.workflow.refresh import Late, Observed, RefreshReport
from satops.workflow.rows import Reading, Rows
from satops.workflow.scaffold_ci import FileChange, Place
from satops.workflow.show import Shown
from satops.workflow.validate import Tree
from satops.workflow.verify import LedgerProblem, VerifyReport
from tests.chains import RUN, STARTED, chain, intended, placed
from tests.report.passes import evidence, plan_with_evidence
from tests.report.samples import NOW, action, known, plan, problem, spec
from tests.season import rows_of, season

Blocks = Iterable[Block]


def _new(name: str, **more: Any) -> Action:
    return replace(action(ActionKind.CREATE, name), **more)


def _held(name: str, standing: Standing, reason: str) -> Action:
    order = known(name, standing)
    order.until = "2031-12-31T00:00:00Z" if standing is Standing.BEING_PLACED else order.until
    return Action(name, ActionKind.HOLD, reason, spec(name), order)


def _twice() -> Action:
    order = known("twice")
    order.further_order_nos = ("PROG_2",)
    return Action("twice", ActionKind.KEEP, "placed more than once: PROG_1, PROG_2", None, order)


PROBLEMS: tuple[Problem, ...] = (
    problem(Severity.WARNING, check="A09", file="orders/b.yaml"),
    problem(),
    problem(Severity.INFO, check="A06", line=None, detail="It is 69 km²."),
    problem(check="A11", acknowledged="Agreed with the buyer."),
)
EVERY_ACTION = replace(
    plan(
        _new("again", known=known("again", Standing.REJECTED), reason="rejected before: bad date"),
        replace(
            action(ActionKind.CONFLICT, "edited", "edited after it was placed: endDate"),
            changes=(Change("endDate", "2031-03-15T00:00:00Z", "2031-03-20T00:00:00Z"),),
        ),
        action(ActionKind.RETIRED, "gone", "its spec is gone; this cancels nothing"),
        action(ActionKind.HOLD, "in-doubt", "in doubt since 2031-01-31 08:00 UTC: no answer"),
        action(ActionKind.KEEP, "kept", "placed"),
        action(ActionKind.EXPIRED, "late", "its window ended on 2031-03-15"),
        _held("now-placed", Standing.BEING_PLACED, "being placed by run r1"),
        _new(
            "priced",
            estimated_cost=1234.5,
            spec=replace(
                spec("priced"),
                description="For @hydrology", labels={"team": "water"}, supersedes="older",
            ),
        ),
        _twice(),
        problems=PROBLEMS,
    ),
    refusals=(Refusal("the plan is above the limit", "3 of 2 orders are allowed."),),
    rooms=(LimitRoom("ordersPerApply", "orders", 20.0, 1.0, 2.0),),
    base="origin/main",
    new_marketplace=NewMarketplace(
        "sandbox", "https://market.example.org/`x`", "git:satops-state-market.example.org", 11
    ),
    guard_changes=(
        Change("limits.ordersPerApply", "2", "2000"),
        Change("aois/no-go.geojson (areas.forbidden)", "sha256 0123456789ab", "(absent)"),
    ),
    already=(problem(check="T03", order="late", detail="late asks for images until 2031-03-15."),),
)  # fmt: skip
PLANS = {
    "every action": EVERY_ACTION,
    "one new order": plan(action(ActionKind.CREATE)),
    "no ledger": plan(action(ActionKind.CREATE), head=None),
    "in doubt alone": plan(action(ActionKind.HOLD, reason="in doubt since yesterday: cut")),
    "an error, and an order that can be bought": plan(_new("a"), problems=(problem(),)),
    "everything is kept": plan(action(ActionKind.KEEP)),
    "no spec": plan(),
}


def _plans() -> Mapping[str, Blocks]:
    texts: dict[str, Blocks] = {
        title: plan_blocks(made, currency="USD") for title, made in PLANS.items()
    }
    return texts | {"--all": plan_blocks(PLANS["everything is kept"], show_all=True)}


OUTCOMES = (
    OrderResult("order-0", "placed", "PROG_1"),
    OrderResult("order-1", "rejected", None, "Satellite not available (code 400)"),
    OrderResult("order-2", "in-doubt", None, "the connection was cut"),
    OrderResult("order-3", "not-sent", None, "connection refused"),
    OrderResult("order-4", "being-placed", None, "run r0 is placing it until 08:00"),
    OrderResult("order-5", "placed-by-other", "PROG_5", "run r0 placed it"),
    OrderResult("order-p", "pass-changed", None, "the satellite is BC6, and BC5 was reviewed"),
    OrderResult("order-q", "conflict", "PROG_7", "run 8 placed another order in the meantime"),
    OrderResult("order-6", "in-account", None, "the account holds PROG_6", candidate="PROG_6"),
    OrderResult("order-7", "free-again", None, "run r0 did not place it"),
    OrderResult("order-8", "not-seen", None, "the account could not be seen"),
    OrderResult("order-9", "rejected-before", None, "rejected before, 2 times: bad date"),
)


def _run(*orders: OrderResult, problems: tuple[Problem, ...] = (), **more: Any) -> ApplyReport:
    made = plan(*(_new(result.name) for result in orders), problems=problems)
    return ApplyReport(run="r1", plan=made, orders=orders, ledger_head="c" * 64, **more)


def _spooled() -> Spooled:
    return Spooled(
        "ledger", "r0", "earlier", 1, "d" * 64, "2031-02-01T08:00:00Z", Receipt("PROG_0")
    )


EVERY_OUTCOME = _run(*OUTCOMES, problems=(problem(check="X03"),))
RUNS = {
    "every outcome": EVERY_OUTCOME,
    "all placed": _run(OUTCOMES[0]),
    "nothing to do": _run(),
    "stopped": _run(OUTCOMES[3], stopped="the marketplace could not be reached"),
    "interrupted": _run(OUTCOMES[0], interrupted=True),
    "not all recorded": _run(
        *OUTCOMES[:2],
        unrecorded=("order-0", "order-1"),
        unspooled=("order-0",),
        spool="/state/satops/spool",
        replayed=(_spooled(),),
    ),
    "the account could not be seen": _run(
        OrderResult("order-0", "not-seen", None, "page/query answered 503"),
        look=AccountLook("", 0.0, "", why_not="page/query answered 503"),
    ),
    "earlier orders in doubt": _run(
        settled=(
            DoubtLook("older", None, None, why="page/query answered 503"),
            DoubtLook("oldest", None, None, wait_s=300.0, looks=2),
        ),
        open_names=("older", "oldest"),
    ),
}


def _applied() -> Mapping[str, Blocks]:
    texts: dict[str, Blocks] = {
        title: apply_blocks(made, sandbox=False) for title, made in RUNS.items()
    }
    return texts | {"in the sandbox": apply_blocks(RUNS["all placed"], sandbox=True)}


DOUBT = Doubt("hanoi-2031-03", 1, spec().order, "2031-02-01T08:00:00Z")


def _candidate(order_no: str, *, deleted: bool = False) -> Candidate:
    order = MarketplaceOrder(
        order_no, status=1, created_at=datetime(2031, 2, 1, 8, 0, 3, tzinfo=UTC), deleted=deleted
    )
    agrees = ("shape", "window")
    status = EO_IMAGERY.status(1)
    return Candidate(order, status, agrees, ("provider tianyi",), ("recurrence",), True)


def _settled(*, was_placed: bool) -> DoubtSettled:
    return DoubtSettled(
        DOUBT.name, 1, placed=was_placed, by="Lan", because="found by its shape",
        order_no="PROG_1" if was_placed else None,
    )  # fmt: skip


def _look(*findings: DoubtLook, **more: Any) -> ReconcileReport:
    look = AccountLook("2031-02-01T08:00:00Z", 0.0, "boot", witnessed=True)
    fields: dict[str, Any] = {"being_placed": (), "foreign": (), "look": look}
    return ReconcileReport(findings, **(fields | more))


_FOUND = Match(DOUBT, "PROG_1", (_candidate("PROG_1"),), "resolutionType 6 and 7 read back alike")
_SEVERAL = (_candidate("PROG_1"), _candidate("PROG_2", deleted=True))
LOOKS = {
    "found": _look(DoubtLook(DOUBT.name, _FOUND, _settled(was_placed=True))),
    "not placed": _look(DoubtLook(DOUBT.name, Match(DOUBT, None, ()), _settled(was_placed=False))),
    "several candidates": _look(
        DoubtLook(
            DOUBT.name, Match(DOUBT, None, _SEVERAL, "2 orders in the account can be it"), None
        )
    ),
    "not found yet": _look(
        DoubtLook(
            DOUBT.name, Match(DOUBT, None, (), "no order in the account can be it"), None,
            wait_s=300.2, looks=2,
        )
    ),
    "may not be queried": _look(
        DoubtLook(DOUBT.name, None, None, why=NO_QUERY),
        look=AccountLook("", 0.0, "", why_not=NO_QUERY),
    ),
    "could not be seen": _look(look=AccountLook("", 0.0, "", why_not="HTTP 503")),
    "held by another name": _look(
        DoubtLook(
            DOUBT.name,
            Match(DOUBT, None, (replace(_candidate("PROG_1"), claimed_by="twin"),), "the same"),
            None,
        )
    ),
    "only a person": _look(
        DoubtLook(
            DOUBT.name, Match(DOUBT, None, (), "no order in the account can be it"), None,
            why="the marketplace moved",
        )
    ),
    "nothing in doubt": _look(
        being_placed=("a",), foreign=tuple(MarketplaceOrder(f"PROG_{n}") for n in range(12))
    ),
    "a night with drift": _look(
        foreign=(MarketplaceOrder("PROG_8"), MarketplaceOrder("PROG_9")),
        fits=(("PROG_9", ("a", "b")),),
        deleted=(DeletedOrder("c", "PROG_1", True), DeletedOrder("d", "PROG_2", False)),
        nightly=True, passing=True,
    ),
}  # fmt: skip


def _reconciled() -> Mapping[str, Blocks]:
    texts: dict[str, Blocks] = {
        title: reconcile_blocks(made, dry_run=False) for title, made in LOOKS.items()
    }
    return texts | {"--dry-run": reconcile_blocks(LOOKS["found"], dry_run=True)}


ADOPTED = OrderAdopted("c", "N2", by="Lan", because="by phone")
REFRESHED = RefreshReport(
    (
        Observed("a", "N1", EO_IMAGERY.status(3), 1250.5, "USD"),
        Observed("c", "N3", EO_IMAGERY.status(6), None, None),
        Observed("d", "N4", EO_IMAGERY.status(77), None, None),
    ),
    ("b",),
    seen=4,
    unread=("N9",),
    why_unread="https://m/detail cannot be read: HTTP 503. Nothing was changed.",
    overdue=(Late("e", "N5", "2031-02-01T00:00:00Z"),),
)
DOWNLOADED = DownloadReport(
    "s3://imagery/satops",
    (
        Product("a", "N1", "100", "a/a.100.01234567.tif", 5_123_456_789, "0123456789abcdef" * 4),
        Product("b", "N2", "7", "b/b.7.89abcdef.zip", 999, "89abcdef" * 8, is_changed=True),
    ),
    here=3,
    waiting=1,
    unknown=("c",),
    failures=(Failure("d", "N4", "9", "HTTP 503."), Failure("e", "N5", "", "no answer")),
    is_cut_short=True,
)


def _resolved() -> Mapping[str, Blocks]:
    return {
        "placed": settled_blocks(_settled(was_placed=True)),
        "not placed": settled_blocks(_settled(was_placed=False)),
        "adopted without a spec": adopted_blocks(ADOPTED),
        "refreshed": refresh_blocks(REFRESHED),
        "downloaded": download_blocks(DOWNLOADED),
        "downloaded, dry": download_blocks(
            DownloadReport("to", (Product("a", "N1", "100"),), waiting=14, dry_run=True)
        ),
    }


def _state() -> LedgerState:
    delivered = known("delivered")
    delivered.status = 2
    standings = [known(standing.value, standing) for standing in Standing]
    state = LedgerState()
    state.orders = {order.name: order for order in (delivered, *standings)}
    return state


def _long_named() -> LedgerState:
    order = known(f"hanoi-{'flood-extent-' * 8}2031-03")
    order.order_no, order.status = "PROG_ORDER_203101310001", 5
    state = LedgerState()
    state.orders = {order.name: order}
    return state


def _rows(state: LedgerState) -> Rows:
    reading = Reading(EO_IMAGERY, NOW)
    reading.state = state
    return reading.rows


_BY = [by_of("month"), by_of("label:team")]


def _listed() -> Mapping[str, Blocks]:
    rows = rows_of(season())
    return {
        "a season": list_blocks(rows),
        "its sums": sums_blocks(rows, _BY, sums(rows, _BY), total(rows)),
        "an order in each state": list_blocks(_rows(_state())),
        "a long name": list_blocks(_rows(_long_named())),
        "no order": list_blocks(_rows(LedgerState())),
        "none chosen": list_blocks(_rows(LedgerState()), chosen=True),
    }


def _sums_json() -> Iterator[bytes]:
    rows = rows_of(season())
    return sums_json(rows, _BY, sums(rows, _BY), total(rows))


_EVENTS: tuple[Event, ...] = (
    LedgerStarted("abc", "satops test"),
    RunStarted(
        "apply", "satops test", "ci", "Lan", commit="f" * 40,
        pull_request="https://example.test/pull/7",
    ),
    replace(intended("a"), order_digest="d" * 64),
    SubmissionLeftInDoubt("a", 1, "cut", ""),
    DoubtSettled("a", 1, placed=True, by="Lan", because="x", order_no="N1"),
    SubmissionRejected("b", 1, 400, "no"),
    OrderAdopted("c", "N2", by="Lan", because="by phone"),
    StatusObserved("a", "N1", 3),
    SubmissionPlaced("d", 1, "N3"),
    SubmissionNotSent("e", 1, "refused"),
    RunFinished(3, 2, 0, 0, 1),
)  # fmt: skip
EVENTS = list(read(encode(_EVENTS, head=EMPTY, time=instant(NOW), run="r1")[0]))


def _told() -> Mapping[str, Blocks]:
    return {"each kind of event": history_blocks(EVENTS), "no event": history_blocks([])}


def shown(known: OrderState | None, spec: Spec | None, events: Sequence[Recorded] = ()) -> Shown:
    status = EO_IMAGERY.status(None if known is None else known.status)
    return Shown("a", known, status, spec, tuple(events), NOW)


def _shown() -> Mapping[str, Blocks]:
    full = known()
    full.status, full.reason, full.estimated_cost = 3, "seen by Lan", 829.2
    full.currency = full.amount_currency = "USD"
    full.amount = 800.0
    noted = replace(
        spec(), description="For hydrology", labels={"team": "water"}, supersedes="older"
    )
    doubt: OrderState = known(standing=Standing.IN_DOUBT)
    return {
        "all that can be known": show_blocks(shown(full, noted, EVENTS[:2])),
        "no spec, in doubt": show_blocks(shown(doubt, None)),
        "not in the ledger": show_blocks(shown(None, spec())),
    }


def _ledger(**more: Any) -> VerifyReport:
    fields: dict[str, Any] = {
        "address": "file:state/ledger.jsonl", "events": 3, "head": Head(3, "e" * 64),
        "broken": None, "problems": (), "anchored_at": None, "unterminated_bytes": 0,
    }  # fmt: skip
    return VerifyReport(**(fields | more))


LEDGERS = {
    "whole": _ledger(anchored_at=3, unterminated_bytes=9),
    "no anchor": _ledger(),
    "an anchor before the end": _ledger(anchored_at=2),
    "broken": _ledger(
        broken=LedgerProblem(4, "It does not follow."), problems=(LedgerProblem(2, "Odd."),)
    ),
    "with CR LF": _ledger(
        broken=LedgerProblem(1, "Line 1 of the ledger ends with CR LF. To mend it:\n    tr -d CR")
    ),
    "odd": _ledger(problems=(LedgerProblem(None, "The head is not in it."),)),
}
CHECKED = DoctorReport(
    "file:state/ledger.jsonl",
    (
        DoctorNote("store", Verdict.GOOD, "one of two writers won"),
        DoctorNote("clock", Verdict.WARNING, "41 s behind the marketplace"),
        DoctorNote("token", Verdict.WRONG, "SATOPS_TOKEN is not set:\n    export SATOPS_TOKEN"),
    ),
)


def _verified() -> Mapping[str, Blocks]:
    return {title: verify_blocks(made) for title, made in LEDGERS.items()}


def _checked() -> Mapping[str, Blocks]:
    return {
        "a finding of each kind": doctor_blocks(CHECKED),
        "ready": doctor_blocks(replace(CHECKED, notes=CHECKED.notes[:2])),
    }


def _validated() -> Mapping[str, Blocks]:
    return {
        "problems": validate_blocks(Tree((spec(),), PROBLEMS, 2)),
        "sound": validate_blocks(Tree((spec(), spec("b")), (), 2)),
        "no spec": validate_blocks(Tree((), (), 0)),
    }


MISSING = LedgerMissing("There is no ledger at state. To begin one:\n\n    satops ledger start")
CHANGES = (
    FileChange("plan.yml", b"a\nb\n", b"a\nc\n", done=True),
    FileChange("apply.yml", b"mine\n", b"theirs \x1b[31m\n", done=False),
    FileChange("old.whl", b"\0", None, done=True),
    FileChange("new.whl", None, b"\0", done=True),
)
INVALID = InvalidInput("Nothing was written: 1 error.", PROBLEMS)


def _failed() -> Mapping[str, Blocks]:
    return {
        "a message with a command": error_blocks(str(MISSING)),
        "problems": error_blocks(str(INVALID), PROBLEMS),
    }


def _set_up() -> Mapping[str, Blocks]:
    files = ("satops.yaml", "orders/hanoi.yaml")
    written = (".github/workflows/plan.yml",)
    copied = CopyReport("file:a", "git:satops-state", Head(7, "e" * 64), 5)
    return {
        "init": init_blocks("orders here", files, "file:state", "cd 'orders here' && "),
        "init --ci": ci_blocks(".", written, Place("github"), "git:satops-state", ""),
        "init --ci of a folder": ci_blocks(".", written, Place("gitlab", "imagery"), "git:x", ""),
        "init --ci --update": update_blocks(CHANGES),
        "init --ci --update without anything new": update_blocks(()),
        "new": new_blocks("orders/hanoi.yaml", (), ""),
        "ledger start": started_blocks("file:state"),
        "ledger copy": copied_blocks(copied),
    }


_BOX = "((178 -18, -178 -18, -178 -15, 178 -15, 178 -18))"
AOIS = {
    "cut in two": f"POLYGON {_BOX}",
    "not sound": "MULTIPOLYGON (((1 1, 2 1, 2 2, 1 1)), ((0 0, 1 1, 1 0, 0 1, 0 0)))",
    "no area": "POINT (1 2)",
}
LOOKED = {
    title: look(
        text.encode(), "a.wkt", aois=read_aoi, rules=rules_from(Config(), EO_IMAGERY, Modes())
    )
    for title, text in AOIS.items()
}


def _looked() -> Mapping[str, Blocks]:
    texts: dict[str, Blocks] = {title: aoi_blocks(made) for title, made in LOOKED.items()}
    split = divide(LOOKED["cut in two"])
    return texts | {"--split": split_blocks(split, ("a-west.geojson", "a-east.geojson"))}


TEXTS: Mapping[str, Callable[[], Mapping[str, Blocks]]] = {
    "plan": _plans,
    "apply": _applied,
    "reconcile": _reconciled,
    "resolve": _resolved,
    "list": _listed,
    "history": _told,
    "show": _shown,
    "verify": _verified,
    "doctor": _checked,
    "validate": _validated,
    "error": _failed,
    "setup": _set_up,
    "aoi": _looked,
    "feasibility": lambda: {
        "every answer": feasibility_blocks(evidence(), saved="f.json"),
        "in a plan": plan_blocks(plan_with_evidence()),
        "nothing new": feasibility_blocks(replace(evidence(), orders=())),
    },
}
"""Command to its text reports, by the situation that each one shows."""


def _plan_json(made: Plan) -> Iterable[bytes]:
    return plan_json(made, lambda order: b'{"provider":"' + order.provider.encode() + b'"}')


def _pages() -> dict[str, bytes]:
    lines, _ = chain(
        STARTED, RUN, intended("a"), placed("a"), StatusObserved("a", "PROG_a", 2),
        intended("b", max_cloud=1), OrderAdopted("c", "PROG_x", by="Ada", because="by hand"),
    )  # fmt: skip
    return ledger_page.from_lines(EO_IMAGERY, lines)


FILES: Mapping[str, Callable[[], Iterable[bytes]]] = {
    "plan.json": lambda: _plan_json(EVERY_ACTION),
    "plan.md": lambda: [markdown.render(EVERY_ACTION, currency="USD").encode()],
    "plan-no-ledger.md": lambda: [markdown.render(PLANS["no ledger"]).encode()],
    "plan-no-spec.md": lambda: [markdown.render(PLANS["no spec"]).encode()],
    "plan-passes.md": lambda: [markdown.render(plan_with_evidence()).encode()],
    "plan-passes.geojson": lambda: geojson.render(plan_with_evidence()),
    "feasibility.json": lambda: feasibility_json(evidence()),
    "plan.github": lambda: (line.encode() + b"\n" for line in github.render(EVERY_ACTION)),
    "plan.geojson": lambda: geojson.render(EVERY_ACTION),
    "apply.json": lambda: apply_json(EVERY_OUTCOME),
    "reconcile.json": lambda: reconcile_json(LOOKS["several candidates"], dry_run=False),
    "resolve.json": lambda: settled_json(_settled(was_placed=True)),
    "adopt.json": lambda: settled_json(ADOPTED),
    "refresh.json": lambda: refresh_json(REFRESHED),
    "download.json": lambda: download_json(DOWNLOADED),
    "list.json": lambda: list_json(rows_of(season())),
    "list.csv": lambda: list_csv(rows_of(season())),
    "list.geojson": lambda: list_geojson(rows_of(season())),
    "sums.json": _sums_json,
    "sums.csv": lambda: sums_csv(_BY, sums(rows_of(season()), _BY)),
    "history.json": lambda: history_json(EVENTS),
    "show.json": lambda: show_json(shown(known(), spec(), EVENTS[:2])),
    "verify.json": lambda: verify_json(LEDGERS["broken"]),
    "doctor.json": lambda: doctor_json(CHECKED),
    "validate.json": lambda: validate_json(3, PROBLEMS),
    "error.json": lambda: error_json(INVALID),
    "aoi.json": lambda: aoi_json(LOOKED["cut in two"]),
    "ledger.md": lambda: [_pages()[ledger_page.README]],
    "ledger.geojson": lambda: [_pages()[ledger_page.MAP]],
}
"""Golden file to the report in another form."""
