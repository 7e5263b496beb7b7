"""What is in an AOI file, and the polygons that it is split into."""

import json
from pathlib import Path, PurePosixPath
from typing import Any
from unicodedata import normalize

import pytest

from satops.adapters.files.rule_files import from_tree, load_rules
from satops.core.checks.rules import Rules
from satops.core.geometry.aoi import read_aoi
from satops.core.geometry.shapes import area_km2
from satops.core.plan.config import Config
from satops.core.spec.slug import Slug, slug
from satops.errors import InvalidInput, UsageError
from satops.workflow.aoi import AoiReport, look
from satops.workflow.aoi_split import divide, division_files

Ring = list[list[float]]


@pytest.fixture
def rules(tmp_path: Path) -> Rules:
    return load_rules(Config(), from_tree(tmp_path))


def box(west: float, south: float, east: float, north: float) -> Ring:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def feature(geometry: dict[str, Any] | None, **members: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": {}, "geometry": geometry, **members}


def polygon(*rings: Ring) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def multi(*parts: Ring) -> dict[str, Any]:
    return {"type": "MultiPolygon", "coordinates": [[part] for part in parts]}


def collection(*features: dict[str, Any], **members: Any) -> bytes:
    whole = {"type": "FeatureCollection", "features": list(features), **members}
    return json.dumps(whole).encode()


def seen(content: bytes, rules: Rules, file: str = "aois/delta.geojson") -> AoiReport:
    return look(content, file, aois=read_aoi, rules=rules)


PLAIN = polygon(box(105, 10, 105.1, 10.1))
ISLANDS = multi(box(105, 10, 105.1, 10.1), box(105.3, 10, 105.4, 10.1))
FIJI = polygon(box(178, -18, -178, -15))
PIN = {"type": "Point", "coordinates": [105.0, 10.0]}
BOW_TIE = polygon([[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]])


def test_each_feature_has_its_names_type_area_and_faults(rules: Rules) -> None:
    content = collection(
        feature(PLAIN, id="a", properties={"id": 7, "name": "West"}),
        feature(ISLANDS),
        feature(PIN),
        feature(None),
    )
    report = seen(content, rules)
    found = [
        (each.number, each.names, each.kind, len(each.outlines), each.is_sound)
        for each in report.features
    ]
    assert found == [
        (1, ("a", "7", "West"), "Polygon", 1, True),
        (2, (), "MultiPolygon", 2, True),
        (3, (), "Point", 0, False),
        (4, (), "", 0, False),
    ]
    assert report.features[0].area_km2 == pytest.approx(121.2, abs=0.1)
    assert [(problem.check, problem.path) for problem in report.problems] == [
        ("G02", "feature 2"),
        ("A12", "feature 3"),
        ("G01", "feature 4"),
    ]


def test_checks_of_an_outline_need_no_sensor(rules: Rules) -> None:
    hole = polygon(box(105, 10, 106, 11), box(105.2, 10.2, 105.8, 10.8))
    null_island = polygon(box(0, 0, 0.1, 0.1))
    sliver = polygon(box(5, 45, 5.5, 45.0003))
    content = collection(feature(hole), feature(null_island), feature(sliver), feature(BOW_TIE))
    checks = {problem.path: problem.check for problem in seen(content, rules).problems}
    assert checks == {
        "feature 1": "G07",
        "feature 2": "A03",
        "feature 3": "G12",
        "feature 4": "G05",
    }


def test_the_parts_have_findings_of_their_own(rules: Rules) -> None:
    report = seen(collection(feature(multi(box(1, 1, 2, 2), box(0, 0, 0.1, 0.1)))), rules)
    found = [(problem.check, problem.path) for problem in report.problems]
    assert found == [("G02", "feature 1"), ("A03", "feature 1.2")]


@pytest.mark.parametrize("text", ["POLYGON ((105 10, 105.1 10, 105.1 10.1, 105 10))", "bare"])
def test_a_geometry_without_a_feature_is_one_feature(rules: Rules, text: str) -> None:
    content = json.dumps(PLAIN) if text == "bare" else text
    report = seen(content.encode(), rules)
    assert [(each.names, each.kind) for each in report.features] == [((), "Polygon")]
    assert report.problems == ()


@pytest.mark.parametrize("content", [b"no geometry", collection(), b"\xff\xfe"])
def test_a_file_that_cannot_be_used_has_no_features_and_says_why(
    rules: Rules, content: bytes
) -> None:
    report = seen(content, rules)
    assert report.features == ()
    assert [(problem.check, problem.path) for problem in report.problems] == [("F01", "")]


def test_a_reference_system_of_the_collection_is_refused_for_each_feature(rules: Rules) -> None:
    crs = {"type": "name", "properties": {"name": "EPSG:3857"}}
    report = seen(collection(feature(PLAIN), feature(PLAIN), crs=crs), rules)
    assert [problem.check for problem in report.problems] == ["G11", "G11"]
    with pytest.raises(InvalidInput, match="not sound"):
        divide(report)


def test_one_feature_can_be_looked_at_alone(rules: Rules) -> None:
    report = seen(collection(feature(PLAIN, id="a"), feature(PIN, id="b")), rules)
    assert [each.number for each in report.only("a").features] == [1]
    assert report.only("a").problems == ()
    with pytest.raises(UsageError, match="No feature has 'c'"):
        report.only("c")


def test_a_name_that_two_features_have_picks_none_of_them(rules: Rules) -> None:
    report = seen(collection(feature(PLAIN, id="a"), feature(PIN, id="a")), rules)
    with pytest.raises(UsageError, match="2 features have 'a'"):
        report.only("a")


def test_outlines_are_named_after_the_file_the_feature_the_part_and_the_side(
    rules: Rules,
) -> None:
    content = collection(
        feature(PLAIN, id=1, properties={"name": "Cần Thơ / West"}),
        feature(ISLANDS, id="islands"),
        feature(multi(box(178, -18, -178, -15), box(1, 1, 2, 2)), id="fiji"),
        feature(PLAIN),
        feature(PLAIN, id="Delta"),
        feature(PLAIN, id="delta"),
    )
    assert [each.name for each in divide(seen(content, rules)).outlines] == [
        "delta-can-tho-west",
        "delta-islands-1",
        "delta-islands-2",
        "delta-fiji-1-west-of-180",
        "delta-fiji-1-east-of-180",
        "delta-fiji-2",
        "delta-4",
        "delta",
        "delta-2",
    ]


def test_a_file_of_one_area_lends_its_name(rules: Rules) -> None:
    division = divide(seen(collection(feature(FIJI, id="fj")), rules, "Fiji 2026.shp.zip"))
    assert [each.name for each in division.outlines] == [
        "fiji-2026-west-of-180",
        "fiji-2026-east-of-180",
    ]
    assert divide(seen(collection(feature(PLAIN)), rules), "mine").outlines[0].name == "mine"


def test_names_stay_names_however_long_the_features_are_called(rules: Rules) -> None:
    content = collection(*(feature(ISLANDS, id="x" * 300 + str(index)) for index in range(3)))
    names = [each.name for each in divide(seen(content, rules), "y" * 120).outlines]
    assert len(set(names)) == 6
    assert all(len(name) <= 128 for name in names)


def test_the_areas_of_a_division_add_up_to_the_area_of_the_file(rules: Rules) -> None:
    report = seen(collection(feature(FIJI), feature(ISLANDS)), rules)
    total = sum(each.area_km2 for each in divide(report).outlines)
    assert total == pytest.approx(sum(each.area_km2 or 0 for each in report.features), rel=1e-12)
    assert report.features[0].area_km2 == pytest.approx(report.features[0].uncut_km2, rel=1e-9)


def test_points_are_left_out_and_said_so(rules: Rules) -> None:
    division = divide(seen(collection(feature(PIN, id="pin"), feature(PLAIN)), rules))
    assert [each.names for each in division.left_out] == [("pin",)]
    assert len(division.outlines) == 1


def test_nothing_is_divided_where_an_area_is_not_sound(rules: Rules) -> None:
    with pytest.raises(InvalidInput, match=r"an area of .* is not sound") as wrong:
        divide(seen(collection(feature(PLAIN), feature(BOW_TIE)), rules))
    assert [getattr(problem, "check", "") for problem in wrong.value.problems] == ["G05"]
    with pytest.raises(InvalidInput, match="no area"):
        divide(seen(collection(feature(PIN)), rules))


def test_what_is_written_is_read_back_as_it_was_cut(rules: Rules) -> None:
    division = divide(seen(collection(feature(FIJI), feature(ISLANDS)), rules))
    files = division_files(division, PurePosixPath(), stem="delta", wanted=None)
    again = seen(files["delta.geojson"].encode(), rules)
    assert again.problems == ()
    assert [each.names for each in again.features] == [(each.name,) for each in division.outlines]
    for before, after in zip(division.outlines, again.features, strict=True):
        assert after.area_km2 == pytest.approx(area_km2(before.rings), rel=1e-12)


@pytest.mark.parametrize(
    ("text", "word", "lost"),
    [
        ("Cát Lái", "cat-lai", ""),
        (normalize("NFD", "Cát Lái"), "cat-lai", ""),
        ("Đà Nẵng", "da-nang", ""),
        ("芹苴", "qinju", ""),
        ("Одесса", "odessa", ""),
        ("서울", "seoul", ""),
        ("Łódź / Łęczyca", "lodz-leczyca", ""),
        ("Straße №5", "strasse-no5", ""),
        ("🛰 north", "north", "🛰"),
        ("⟐⟐", "", "⟐"),
        ("..-x_Y-..", "x_y", ""),
        ("", "", ""),
        ("é" * 200, "e" * 48, ""),
    ],
)
def test_a_name_of_any_script_becomes_a_part_of_a_name(text: str, word: str, lost: str) -> None:
    assert slug(text) == Slug(word, lost)
