"""Canonical bytes and digests as satops 0.1 wrote them: a ledger names what was bought by these."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from satops.core.order.order import canonical_order, order_from_fields
from satops.offers.eo_imagery.fields import VERSION

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "golden" / "canonical_orders.json").read_text("utf-8")
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["digest"][:8])
def test_an_order_has_the_bytes_and_the_digest_that_it_always_had(case: dict[str, Any]) -> None:
    order = canonical_order(
        version=VERSION,
        provider=case["provider"],
        rings=case["rings"],
        start=datetime.fromisoformat(case["start"]),
        end=datetime.fromisoformat(case["end"]),
        terms=case["terms"],
    )
    assert (order.canonical.decode(), order.digest) == (case["canonical"], case["digest"])
    assert order_from_fields(json.loads(case["canonical"])) == order
    assert order.terms == case["terms"]
