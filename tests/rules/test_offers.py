"""What is one marketplace's own stays with its offer, its adapter and the sandbox."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from satops.core.checks.catalogue import catalogue_of
from satops.core.order.order import canonical_order
from satops.core.plan.config import MarketplaceConfig
from satops.offers import OFFERS
from satops.offers.eo_imagery import EO_IMAGERY
from tests.offers.flights.offer import FLIGHTS

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "satops"
OWN = re.compile(r"\b(?:changguang|tianyi|resolution_type|resolutionType|recurring\w*)\b")
HOMES = ("offers/eo_imagery/", "adapters/marketplaces/eo_imagery/", "sandbox/")
FIELDS: dict[str, Any] = {
    "provider": "changguang",
    "maxCloud": 20,
    "recurring": True,
    "recurringDay": 7,
    "recurringUnit": 1,
    "resolutionType": 2,
}
PASS = {"simulation": "SIM_1", "result": 4711, "satellite": "BC5", "start": "2035-05-05T14:02:51Z"}
RING = ((5.0, 45.0), (5.1, 45.0), (5.1, 45.1), (5.0, 45.0))


def properties(schema: str, name: str) -> set[str]:
    """The fields of a definition of a schema."""
    read = json.loads((ROOT / "schema" / schema).read_text("utf-8"))
    return set(read["$defs"][name]["properties"])


def test_the_words_of_a_marketplace_stand_at_home_only() -> None:
    for path in PACKAGE.rglob("*.py"):
        if not path.relative_to(PACKAGE).as_posix().startswith(HOMES):
            assert OWN.findall(path.read_text("utf-8")) == [], path


def test_the_schemas_and_the_canonical_order_have_the_same_fields() -> None:
    terms = EO_IMAGERY.read({**FIELDS, "pass": PASS}, [])
    order = canonical_order(
        version=EO_IMAGERY.version(terms),
        provider=FIELDS["provider"],
        rings=[RING],
        start=datetime(2035, 5, 1, tzinfo=UTC),
        end=datetime(2035, 6, 1, tzinfo=UTC),
        terms=terms,
    )
    canonical = set(json.loads(order.canonical))
    assert canonical == properties("order.schema.json", "order") | {"version"}
    assert canonical == properties("ledger.schema.json", "order-1")


@pytest.mark.parametrize("offer", [EO_IMAGERY, FLIGHTS], ids=lambda offer: offer.name)
def test_what_is_sent_is_made_from_the_canonical_bytes(offer: Any) -> None:
    terms = offer.read({**FIELDS, "heightM": 80}, [])
    order = canonical_order(
        version=offer.version(terms),
        provider="changguang",
        rings=[RING],
        start=datetime(2035, 5, 1, tzinfo=UTC),
        end=datetime(2035, 6, 1, tzinfo=UTC),
        terms=terms,
    )
    lying = replace(order, provider="x", start=order.end, end=order.start, terms={})
    asked = MarketplaceConfig()
    assert offer.request(lying, asked) == offer.request(order, asked)
    if offer.simulation is not None:
        assert offer.simulation(lying, asked) == offer.simulation(order, asked)


def test_a_version_and_the_code_of_a_check_belong_to_one_offer() -> None:
    offers = [*OFFERS.values(), FLIGHTS]
    versions = [version for offer in offers for version in offer.versions]
    assert len(set(versions)) == len(versions)
    shared = set.intersection(*(set(catalogue_of(offer).checks) for offer in offers))
    own = [code for offer in offers for code in set(catalogue_of(offer).checks) - shared]
    assert len(set(own)) == len(own)
