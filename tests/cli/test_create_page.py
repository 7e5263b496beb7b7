"""The body that the marketplace's create page shows, pasted under `order:`, is bought as it is."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from satops.errors import ExitCode
from satops.sandbox.store import Store
from tests.cli.conftest import Satops

WEST, EAST = 102.61282157031928, 106.99114976403081
SOUTH, NORTH = 18.594746845159506, 21.488503948497097
RING = [[WEST, NORTH], [EAST, NORTH], [EAST, SOUTH], [WEST, SOUTH], [WEST, NORTH]]
"""Clockwise and closed, as on the page."""


def body() -> dict[str, Any]:
    """Return the page's body, with its dates moved to the next month."""
    start = datetime.now(UTC).replace(microsecond=0, tzinfo=None) + timedelta(days=30)
    return {
        "provider": "changguang",
        "geometry": json.dumps({"type": "Polygon", "coordinates": [RING]}),
        "startDate": start.isoformat(),
        "endDate": (start + timedelta(days=1)).isoformat(),
        "recurring": False,
        "recurringDay": 1,
        "recurringUnit": 1,
        "maxCloud": 20,
        "resolutionType": 1,
    }


def received(local: Path) -> list[dict[str, Any]]:
    """Return what the sandbox was asked to create."""
    (database,) = local.glob("ledgers/*/sandbox.sqlite")
    with Store(database) as store:
        return [json.loads(request.body) for request in store.requests("programming/create")]


@pytest.mark.parametrize("suffix", ["json", "yaml"])
def test_the_body_of_the_create_page_is_bought_field_by_field(satops: Satops, suffix: str) -> None:
    for sample in (satops.root / "orders").iterdir():
        sample.unlink()
    pasted = body()
    written = json.dumps({"name": "as-documented", "order": pasted}, indent=2)
    if suffix == "yaml":
        fields = "".join(f"  {key}: {json.dumps(value)}\n" for key, value in pasted.items())
        written = f"name: as-documented\norder:\n{fields}"
    (satops.root / f"orders/pasted.{suffix}").write_text(written)
    assert satops("validate").code == ExitCode.DONE
    planned = satops("plan", "--json")
    assert planned.code == ExitCode.DONE
    assert {problem["severity"] for problem in planned.json["problems"]} <= {"warning", "info"}
    assert satops("apply", "--yes").code == ExitCode.DONE
    (sent,) = received(satops.local)
    polygon = json.loads(sent.pop("geometry"))
    assert sent == {key: value for key, value in pasted.items() if key != "geometry"}
    assert [type(value) for value in sent.values()] == [type(pasted[key]) for key in sent]
    assert polygon["type"] == "Polygon"
    (ring,) = polygon["coordinates"]
    assert ring[0] == ring[-1]
    assert sorted(ring[1:]) == sorted([round(x, 7), round(y, 7)] for x, y in RING[1:])
