from pathlib import Path
from typing import Any

import orjson
import pyogrio
import pytest
from msgspec.structs import replace

from satops.core.plan.plan import ActionKind, Plan
from satops.report.geojson import render
from tests.report.forge import HOSTILE, check_map
from tests.report.outlines import create, creates, spec_of, star
from tests.report.samples import action, plan


def made(some: Plan) -> dict[str, Any]:
    collection: dict[str, Any] = orjson.loads(b"".join(render(some)))
    check_map(collection)
    return collection


def test_every_feature_has_the_same_properties_and_none_holds_another_value() -> None:
    made_of = made(plan(*(action(kind, kind.value) for kind in ActionKind)))
    every = [feature["properties"] for feature in made_of["features"]]
    assert len(every) == len(ActionKind)
    assert len({tuple(one) for one in every}) == 1
    flat = (str, int, float, type(None))
    assert all(isinstance(value, flat) for one in every for value in one.values())


def test_the_outline_is_the_exact_one_with_its_holes() -> None:
    holed = spec_of("holed", star(9_999), star(77, radius=0.05))
    feature = made(plan(create(holed)))["features"][0]
    rings = feature["geometry"]["coordinates"]
    assert [tuple(map(tuple, ring)) for ring in rings] == list(holed.order.rings)


def test_a_retired_order_is_a_box_and_an_order_of_unknown_place_has_no_geometry() -> None:
    gone = action(ActionKind.RETIRED)
    assert made(plan(gone))["features"][0]["geometry"]["coordinates"][0] == [
        [105.8, 21.0], [105.9, 21.0], [105.9, 21.06], [105.8, 21.06], [105.8, 21.0],
    ]  # fmt: skip
    assert gone.known is not None
    gone.known.bounds = None
    assert made(plan(gone))["features"][0]["geometry"] is None


def test_a_kept_order_has_the_outline_that_the_ledger_holds_and_a_conflict_has_both() -> None:
    bought = spec_of("kept", star(7))
    kept = replace(action(ActionKind.KEEP, "kept"), spec=None)
    edited = replace(action(ActionKind.CONFLICT, "edited"), before=bought.order)
    rings = bought.order.rings
    assert kept.known is not None
    polygon = orjson.dumps({"type": "Polygon", "coordinates": rings})
    drawn = orjson.loads(b"".join(render(plan(kept, edited), {kept.known.seq: polygon})))
    outline, now, before = drawn["features"]
    assert outline["geometry"] == before["geometry"] != now["geometry"]
    assert [tuple(map(tuple, ring)) for ring in outline["geometry"]["coordinates"]] == list(rings)
    assert [it["properties"]["action"] for it in (now, before)] == ["conflict", "placed"]
    assert now["properties"].keys() == before["properties"].keys()


def test_a_box_across_the_antimeridian_is_cut_in_two() -> None:
    gone = action(ActionKind.RETIRED)
    assert gone.known is not None
    gone.known.bounds = (179.0, -18.0, -179.5, -17.0)
    geometry = made(plan(gone))["features"][0]["geometry"]
    assert geometry["type"] == "MultiPolygon"
    assert [part[0][0][0] for part in geometry["coordinates"]] == [179.0, -180.0]


@pytest.mark.parametrize("count", [0, 1, 1_000])
def test_a_plan_of_any_size_comes_in_chunks_of_one_text(count: int) -> None:
    some = plan(*creates(count))
    assert len(made(some)["features"]) == count
    assert len(list(render(some))) >= 2 + count // 256


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_one_printable_line(text: str) -> None:
    some = plan(replace(action(ActionKind.CREATE), reason=text))
    assert all(line.isprintable() for line in b"".join(render(some)).decode().splitlines())
    assert "##[" not in b"".join(render(some)).decode()


def test_qgis_finds_a_layer_with_typed_fields_and_the_outlines(tmp_path: Path) -> None:
    file = tmp_path / "plan.geojson"
    file.write_bytes(b"".join(render(plan(*creates(3)))))
    layer = pyogrio.read_info(file)
    assert layer["layer_name"] == "satops-plan"
    assert layer["features"] == 3
    assert layer["crs"] == "EPSG:4326"
    fields = dict(zip(layer["fields"], layer["ogr_types"], strict=True))
    assert fields["start"] == fields["end"] == "OFTDateTime"
    assert fields["area_km2"] == "OFTReal"
