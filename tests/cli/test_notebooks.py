"""Orders in notebooks and map programs: pandas and geopandas take them as they are.

How: both read what satops gives and what it writes, and their sums are held against the ledger's.
"""

import io

import geopandas
import pandas as pd
import pytest

import satops as library
from tests.cli.conftest import Satops
from tests.season import season

pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture
def winter(satops: Satops) -> Satops:
    """A repository whose ledger is that of a whole season."""
    ledger = satops.root / "state/ledger.jsonl"
    ledger.write_bytes(b"".join(line + b"\n" for line in season().lines))
    return satops


def test_orders_are_a_table(winter: Satops) -> None:
    found = library.orders(winter.root)
    table = pd.DataFrame(found)
    assert list(table["name"]) == [order["name"] for order in found]
    spent = table[table["state"].isin(["placed", "in-doubt"])]
    december = spent[spent["intended_at"].str.startswith("2030-12")]
    sums = december[december["label.team"] == "hydrology"].groupby("currency")["estimate"].sum()
    assert sums.to_dict() == {"USD": 13_500.75, "EUR": 500.0}
    (listed,) = winter(
        "list", "--json", "--by", "label:team", "--since", "2030-12", "--until", "2030-12"
    ).json["sums"]
    assert listed["estimates"] == sums.to_dict()


def test_orders_are_a_map(winter: Satops) -> None:
    found = library.orders(winter.root)
    drawn = geopandas.GeoDataFrame.from_features(found, crs="OGC:CRS84")
    assert list(drawn["name"]) == [order["name"] for order in found]
    shapes = drawn.set_index("name").geometry
    assert shapes["mekong"].bounds == (105.4, 10.0, 106.0, 10.6)
    assert shapes["by-phone"] is None
    assert found.__geo_interface__["type"] == "FeatureCollection"


def test_orders_are_shown_on_one_line(winter: Satops) -> None:
    assert repr(library.orders(winter.root)) == (
        "<Orders 1 in-doubt, 1 not-sent, 10 placed, 1 rejected>"
    )
    rows = library.list_orders(winter.root)
    assert "\n" not in repr(rows)
    assert repr(rows[0]) == "<Row by-phone placed>"


def test_exports_are_read_back(winter: Satops) -> None:
    found = library.orders(winter.root)
    file = winter.root / "orders.geojson"
    file.write_text(winter("list", "--format", "geojson").out, "utf-8")
    drawn = geopandas.read_file(file)
    assert list(drawn["name"]) == [order["name"] for order in found]
    assert drawn.crs.to_epsg() == 4326
    table = pd.read_csv(io.StringIO(winter("list", "--format", "csv").out))
    for field in ("estimate", "amount", "area_km2", "captures"):
        wanted = sum(order[field] or 0 for order in found)
        assert table[field].sum() == pytest.approx(wanted)
        assert drawn[field].sum() == pytest.approx(wanted)
