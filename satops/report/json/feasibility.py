"""Simulated passes as JSON, which `plan --feasibility` reads again."""

from collections.abc import Iterator

from satops.core import json_text
from satops.core.plan.feasibility import Feasibility, as_fields
from satops.core.safe import encodable
from satops.workflow.ask_again import AskedAgain


def feasibility_json(evidence: Feasibility) -> Iterator[bytes]:
    """Yield evidence as one JSON document (`schema/feasibility.schema.json`)."""
    yield json_text.dumps_pretty(as_fields(evidence))


def asked_again_json(told: AskedAgain) -> Iterator[bytes]:
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
