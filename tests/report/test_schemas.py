"""Every report for machines is held against its published schema."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from satops.core.catalogue import CATALOGUE
from satops.core.checks import rules_from
from satops.core.geometry.aoi import read_aoi
from satops.core.ledger.state import LedgerState, Standing
from satops.core.order.modes import Modes
from satops.core.plan.config import Config
from satops.core.plan.plan import ActionKind
from satops.core.problem import Severity
from satops.errors import InvalidInput, LedgerMissing
from satops.report.json import apply_json, error_json, list_json, plan_json, validate_json
from satops.report.json_aoi import aoi_json
from satops.workflow.aoi import look
from satops.workflow.apply import ApplyReport
from satops.workflow.outcomes import OrderResult, OutcomeName
from tests.report.samples import NOW, action, known, plan, problem

SCHEMAS = Path(__file__).parents[2] / "schema"
REPORTS = ("plan", "apply", "validate", "list", "error", "aoi")


def schema(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))
    return read


def check(chunks: Iterable[bytes], name: str) -> None:
    Draft202012Validator(schema(name)).validate(json.loads(b"".join(chunks)))


@pytest.mark.parametrize("name", REPORTS)
def test_a_schema_is_a_schema_and_every_field_in_it_is_described(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))
    for field, about in schema(name)["properties"].items():
        assert "description" in about or "const" in about or "items" in about, field


def test_a_plan_of_every_kind_of_action_fits_its_schema() -> None:
    actions = [action(kind, kind.value) for kind in ActionKind]
    found = tuple(problem(severity, acknowledged="agreed") for severity in Severity)
    check(plan_json(plan(*actions, problems=found), lambda _: b"{}"), "plan")
    check(plan_json(plan(head=None), lambda _: b"{}"), "plan")


def test_a_run_with_every_outcome_fits_its_schema() -> None:
    outcomes: tuple[OutcomeName, ...] = ("placed", "rejected", "not-sent", "in-doubt", "held")
    report = ApplyReport(
        run="r1",
        plan=plan(action(ActionKind.CREATE), problems=(problem(),)),
        orders=tuple(OrderResult("a", outcome, "N", "said") for outcome in outcomes),
        ledger_head="c" * 64,
        stopped="the marketplace could not be reached",
    )
    check(apply_json(report), "apply")


def test_what_validate_and_list_and_an_error_say_fits_their_schemas() -> None:
    check(validate_json(2, [problem(), problem(line=None, order=None)]), "validate")
    state = LedgerState()
    state.orders = {str(standing): known(str(standing), standing) for standing in Standing}
    check(list_json(state, NOW), "list")
    check(error_json(InvalidInput("1 error.", (problem(),))), "error")
    check(error_json(LedgerMissing("There is no ledger.")), "error")


def test_what_aoi_says_of_a_cut_and_of_an_unsound_feature_fits_its_schema() -> None:
    texts = (
        "POLYGON ((178 -18, -178 -18, -178 -15, 178 -15, 178 -18))",
        "MULTIPOLYGON (((1 1, 2 1, 2 2, 1 1)), ((0 0, 1 1, 1 0, 0 1, 0 0)))",
        "POINT (1 2)",
        "nothing",
    )
    rules = rules_from(Config(), Modes())
    for text in texts:
        report = look(text.encode(), "a.wkt", aois=read_aoi, rules=rules)
        assert report.problems
        check(aoi_json(report), "aoi")


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_check_code_fits_the_schema_of_problems(code: str) -> None:
    check(validate_json(0, [problem(check=code)]), "validate")
