"""`satops aoi`: what is in a file, and its split into orders that plan."""

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from satops.errors import ExitCode
from tests.adapters.gis_samples import kml, placemark, shapefile, with_names, written
from tests.cli.conftest import Satops

ACROSS = "POLYGON ((178 -18, -178 -18, -178 -15, 178 -15, 178 -18))"
TWO = "MULTIPOLYGON (((105 10, 106 10, 106 11, 105 10)), ((107 10, 108 10, 108 11, 107 10)))"


def sensor() -> tuple[str, ...]:
    start = datetime.now(UTC) + timedelta(days=60)
    end = start + timedelta(days=30)
    return (
        *("--provider", "tianyi", "--mode", "wide-scan"),
        *("--start", f"{start:%Y-%m-%dT00:00Z}", "--end", f"{end:%Y-%m-%dT00:00Z}"),
    )


def files(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def test_a_sound_file_shows_its_features_and_ends_with_0(satops: Satops) -> None:
    ran = satops("aoi", "aois/mekong.geojson")
    assert ran.code == ExitCode.DONE, ran.out
    assert "can-tho, Can Tho" in ran.out
    assert "aois/mekong.geojson: 2 features, no errors, no warnings." in ran.out
    assert "--split" not in ran.out


def test_it_needs_no_repository(empty: Satops) -> None:
    (empty.root / "a.wkt").write_text(TWO)
    ran = empty("aoi", "a.wkt")
    assert ran.code == ExitCode.INVALID
    assert "error G02" in ran.out
    assert "    satops aoi a.wkt --split DIR" in ran.out


def test_the_region_of_the_repository_is_looked_at(satops: Satops) -> None:
    (satops.root / "genoa.wkt").write_text("POLYGON ((8.8 44.3, 9 44.3, 9 44.5, 8.8 44.3))")
    assert "warning A02" not in satops("aoi", "genoa.wkt").out
    path = satops.root / "satops.yaml"
    path.write_text(path.read_text() + "region: [102, 8, 110, 24]\n")
    assert "warning A02" in satops("aoi", "genoa.wkt").out


def test_the_report_for_machines_has_a_part_for_each_polygon(satops: Satops) -> None:
    (satops.root / "fiji.wkt").write_text(ACROSS)
    report = satops("aoi", "fiji.wkt", "--json").json
    assert report["format"] == "satops.aoi/1"
    (feature,) = report["features"]
    assert feature["checks"] == ["A04"]
    assert [part["side"] for part in feature["parts"]] == ["west-of-180", "east-of-180"]
    assert [part["bbox"] for part in feature["parts"]] == [
        [178, -18, 180, -15],
        [-180, -18, -178, -15],
    ]
    total = sum(part["area_km2"] for part in feature["parts"])
    assert total == pytest.approx(feature["uncut_km2"], rel=1e-9)


def test_what_is_said_of_many_features_is_said_once(satops: Satops) -> None:
    (satops.root / "a.kml").write_bytes(kml("".join(placemark(str(n)) for n in range(20))))
    ran = satops("aoi", "a.kml")
    assert ran.code == ExitCode.DONE, ran.out
    assert ran.out.count("info G08") == 1


def test_a_hostile_name_is_shown_and_not_obeyed(satops: Satops) -> None:
    point = {"type": "Point", "coordinates": [1, 2]}
    bad = {"type": "Feature", "id": "\x1b[2J\n::error::x", "properties": {}, "geometry": point}
    (satops.root / "a.geojson").write_text(json.dumps(bad))
    ran = satops("aoi", "a.geojson")
    assert "\x1b" not in ran.out
    assert "\n::error" not in ran.out


@pytest.mark.parametrize("text", [ACROSS, TWO])
def test_a_split_writes_orders_that_plan(satops: Satops, text: str) -> None:
    (satops.root / "aois/area.wkt").write_text(text)
    ran = satops("aoi", "aois/area.wkt", "--split", "orders/area", *sensor(), "--label", "team=x")
    assert ran.code == ExitCode.DONE, ran.err
    made = {path for path in files(satops.root) if path.startswith("orders/area/")}
    assert len(made) == 3
    assert "orders/area/area.geojson" in made
    actions = satops("plan", "--json").json["actions"]
    new = [action for action in actions if action["name"].startswith("area-")]
    assert [action["action"] for action in new] == ["create", "create"]
    seen = satops("aoi", "aois/area.wkt", "--json").json["features"][0]
    assert sum(each["area_km2"] for each in new) == pytest.approx(seen["area_km2"], rel=1e-6)
    assert satops("show", new[0]["name"], "--json").json["spec"]["labels"] == {"team": "x"}


def test_a_split_without_a_sensor_writes_polygons_alone(empty: Satops) -> None:
    (empty.root / "a.wkt").write_text(TWO)
    ran = empty("aoi", "a.wkt", "--split", "parts", "--name", "delta", "--json")
    assert ran.code == ExitCode.DONE, ran.err
    assert ran.json["files"] == ["parts/delta.geojson"]
    assert [each["name"] for each in ran.json["outlines"]] == ["delta-1", "delta-2"]
    assert files(empty.root) == {"a.wkt", "parts/delta.geojson"}
    assert empty("aoi", "parts/delta.geojson").code == ExitCode.DONE


def test_one_feature_can_be_split_alone(satops: Satops) -> None:
    ran = satops(
        "aoi", "aois/mekong.geojson", "--feature", "can-tho", "--split", "aois/parts", "--json"
    )
    assert [each["name"] for each in ran.json["outlines"]] == ["mekong"]


def test_a_split_overwrites_nothing(satops: Satops) -> None:
    call = ("aoi", "aois/mekong.geojson", "--split", "orders/m", *sensor())
    assert satops(*call).code == ExitCode.DONE
    before = {path: (satops.root / path).read_bytes() for path in files(satops.root)}
    refused = satops(*call)
    assert refused.code == ExitCode.REFUSED
    assert "orders/m/mekong.geojson" in refused.err
    assert {path: (satops.root / path).read_bytes() for path in files(satops.root)} == before


def test_a_split_that_would_not_be_sound_writes_nothing(satops: Satops) -> None:
    before = files(satops.root)
    late = ("--start", "2020-01-01T00:00Z", "--end", "2019-01-01T00:00Z")
    call = ("aoi", "aois/mekong.geojson", "--split", "orders/m", "--provider", "tianyi", *late)
    refused = satops(*call)
    assert refused.code == ExitCode.INVALID
    assert "T02" in refused.err
    assert files(satops.root) == before


@pytest.mark.parametrize(
    "wrong",
    [
        ("--provider", "tianyi"),
        ("--name", "x"),
        ("--split", "orders/x", "--provider", "tianyi"),
        ("--split", "orders/x", "--mode", "stripmap"),
        ("--split", "elsewhere", *sensor()),
        ("--split", "orders/x", "--name", "Not a name"),
        ("--feature", "none"),
    ],
)
def test_a_wrong_call_writes_nothing(satops: Satops, wrong: tuple[str, ...]) -> None:
    before = files(satops.root)
    assert satops("aoi", "aois/mekong.geojson", *wrong).code == ExitCode.USAGE
    assert files(satops.root) == before


def test_a_new_spec_is_checked_whatever_its_file_is_called(satops: Satops) -> None:
    call = ("new", "x", *sensor(), "--aoi", "aois/mekong.geojson")
    refused = satops(*call, "--file", "orders/x.yml")
    assert refused.code == ExitCode.INVALID
    assert "F02" in refused.err


def test_the_areas_of_the_configuration_may_be_of_any_kind(satops: Satops) -> None:
    (satops.root / "aois/no-go.kml").write_bytes(
        kml(placemark("border", "105.6,9.9,0 105.8,9.9,0 105.8,10.2,0 105.6,9.9,0"))
    )
    path = satops.root / "satops.yaml"
    path.write_text(path.read_text() + "areas: {forbidden: aois/no-go.kml}\n")
    assert "error A13" in satops("aoi", "aois/mekong.geojson").out


def test_a_file_that_is_not_there_is_a_wrong_call(empty: Satops) -> None:
    ran = empty("aoi", "none.kml")
    assert ran.code == ExitCode.USAGE
    assert "none.kml: It is not there." in ran.err


def test_a_spec_can_name_a_feature_of_each_kind_of_file(satops: Satops, tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.mkdir()
    contents = {
        "aois/a.gpkg": written(made, "a.gpkg", "GPKG"),
        "aois/a.kml": written(made, "a.kml", "LIBKML"),
        "aois/a.kmz": written(made, "a.kmz", "LIBKML"),
        "aois/a.zip": shapefile(made),
    }
    for number, (path, content) in enumerate(contents.items()):
        (satops.root / path).write_bytes(content)
        satops("new", f"order-{number}", *sensor(), "--aoi", f"{path}#west")
    actions = {each["name"]: each for each in satops("plan", "--json").json["actions"]}
    digests = {actions[f"order-{number}"]["order_digest"] for number in range(4)}
    assert len(digests) == 1, "the same polygon is the same order, whatever file it came from"


def test_the_ledger_keeps_the_digest_of_the_file_itself_and_a_change_of_it_is_seen(
    satops: Satops,
) -> None:
    content = kml(placemark("west"))
    (satops.root / "aois/a.kml").write_bytes(content)
    for path in (satops.root / "orders").glob("*.yaml"):
        path.unlink()
    assert satops("new", "west", *sensor(), "--aoi", "aois/a.kml#west").code == ExitCode.DONE
    applied = satops("apply", "--yes")
    assert applied.code == ExitCode.DONE, applied.err
    events = satops("history", "west", "--json").json["events"]
    (intent,) = (event for event in events if event["kind"] == "SubmissionIntended")
    (include,) = intent["source"]["includes"]
    assert include == {"ref": "../aois/a.kml", "sha256": sha256(content).hexdigest()}
    (satops.root / "aois/a.kml").write_bytes(content.replace(b"105.1,10.1", b"105.2,10.1"))
    assert satops("plan", "--json").json["summary"]["conflict"] == 1


def test_an_encoding_is_said_for_one_file_by_a_flag_and_for_all_in_the_configuration(
    satops: Satops, tmp_path: Path
) -> None:
    made = tmp_path / "made"
    made.mkdir()
    (satops.root / "aois/p.zip").write_bytes(with_names(made, ["芹苴".encode("gbk"), b"x"]))
    unsaid = satops("aoi", "aois/p.zip")
    assert "warning F02: names that cannot be read" in unsaid.out
    assert "in gbk '芹苴'" in unsaid.out
    assert "芹苴" in satops("aoi", "aois/p.zip", "--encoding", "CP936", "--json").out
    assert satops("aoi", "aois/p.zip", "--feature", "芹苴").code == ExitCode.USAGE
    wrong = satops("aoi", "aois/p.zip", "--encoding", "klingon")
    assert (wrong.code, "no encoding" in wrong.err) == (ExitCode.USAGE, True)
    refused = satops("new", "named", *sensor(), "--aoi", "aois/p.zip#芹苴")
    assert refused.code == ExitCode.INVALID
    assert "`aoi: {encoding: gbk}` in satops.yaml" in refused.err + refused.out
    path = satops.root / "satops.yaml"
    path.write_text(path.read_text() + "aoi: {encoding: gbk}\n")
    assert satops("new", "named", *sensor(), "--aoi", "aois/p.zip#芹苴").code == ExitCode.DONE
    assert satops("aoi", "aois/p.zip", "--feature", "芹苴").code == ExitCode.DONE


def named(*names: str) -> bytes:
    """Return a GeoJSON file of polygons side by side, with these names."""
    features = [
        {
            "type": "Feature",
            "properties": {"name": name},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[x, 10], [x + 1, 10], [x + 1, 11], [x, 10]]],
            },
        }
        for x, name in enumerate(names, 100)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def test_a_split_turns_names_of_places_into_names_of_orders_and_keeps_them_beside(
    satops: Satops,
) -> None:
    (satops.root / "aois/cảng.geojson").write_bytes(named("Cát Lái", "芹苴", "⟐ Hải Phòng", "⟐"))
    ran = satops("aoi", "aois/cảng.geojson", "--split", "orders/ports", *sensor())
    assert ran.code == ExitCode.DONE, ran.err
    names = {"cang-cat-lai", "cang-qinju", "cang-hai-phong", "cang-4"}
    assert {path.stem for path in (satops.root / "orders/ports").glob("*.yaml")} == names
    assert 'description: "Cát Lái"' in (satops.root / "orders/ports/cang-cat-lai.yaml").read_text()
    features = json.loads((satops.root / "orders/ports/cảng.geojson").read_text())["features"]
    assert {each["id"]: each["properties"]["name"] for each in features} == {
        "cang-cat-lai": "Cát Lái",
        "cang-qinju": "芹苴",
        "cang-hai-phong": "⟐ Hải Phòng",
        "cang-4": "⟐",
    }
    assert "The name of 3 ⟐ Hải Phòng has no letters for ⟐" in ran.out
    assert "the order is called cang-4" in ran.out
    assert satops("validate").code == ExitCode.DONE


def test_a_title_that_is_the_name_of_another_outline_is_left_out(satops: Satops) -> None:
    (satops.root / "aois/p.geojson").write_bytes(named("1", "p-1"))
    assert satops("aoi", "aois/p.geojson", "--split", "orders/p", *sensor()).code == ExitCode.DONE
    assert satops("validate").code == ExitCode.DONE


def test_a_new_order_takes_the_name_of_a_place(satops: Satops) -> None:
    ran = satops("new", "Cát Lái", *sensor(), "--aoi", "aois/mekong.geojson#can-tho")
    assert ran.code == ExitCode.DONE, ran.err
    assert "Wrote orders/cat-lai.yaml. The order is called cat-lai." in ran.out
    text = (satops.root / "orders/cat-lai.yaml").read_text()
    assert "name: cat-lai" in text
    assert 'description: "Cát Lái"' in text
    assert satops("new", "⟐", *sensor(), "--aoi", "aois/mekong.geojson#can-tho").code == 64
    assert satops("new", "Bad Name", *sensor(), "--aoi", "aois/mekong.geojson").code == 64


def test_a_new_order_names_its_mode_and_says_what_a_plan_would_warn_of(satops: Satops) -> None:
    given = list(sensor())
    given[given.index("wide-scan")] = "4"
    ran = satops("new", "north", *given, "--bbox", "105", "10", "106", "11")
    assert ran.code == ExitCode.DONE, ran.err
    assert "resolutionType: spotlight" in (satops.root / "orders/north.yaml").read_text()
    assert "warning A09" in ran.out
    planned = satops("plan", "--json").json["problems"]
    warned = {p["check"] for p in planned if p["order"] == "north" and p["severity"] == "warning"}
    again = list(given)
    told = satops("new", "south", *again, "--bbox", "105", "8", "106", "9", "--json").json
    assert {each["check"] for each in told["warnings"]} == warned
