"""Every report for machines is held against its published schema."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from satops.core.checks.catalogue import catalogue_of
from satops.offers.eo_imagery import EO_IMAGERY
from satops.report.json import error_json
from satops.report.json.aoi import aoi_json
from satops.report.json.plan import plan_json, validate_json
from tests.report.cases import FILES, LOOKED, MISSING, PLANS
from tests.report.samples import problem

SCHEMAS = Path(__file__).parents[2] / "schema"
REPORTS = ("plan", "apply", "validate", "list", "error", "aoi", "feasibility")


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


@pytest.mark.parametrize("name", REPORTS)
def test_the_report_of_a_golden_file_fits_its_schema(name: str) -> None:
    check(FILES[f"{name}.json"](), name)


def test_reports_of_rarer_values_fit_their_schemas() -> None:
    check(plan_json(PLANS["no ledger"], lambda _: b"{}"), "plan")
    check(error_json(MISSING), "error")
    check(FILES["sums.json"](), "list")
    for report in LOOKED.values():
        check(aoi_json(report), "aoi")


@pytest.mark.parametrize("code", catalogue_of(EO_IMAGERY).checks)
def test_every_check_code_fits_the_schema_of_problems(code: str) -> None:
    check(validate_json(0, [problem(check=code)]), "validate")
