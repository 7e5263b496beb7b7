"""From a document to a draft: every field, and every fault with its place."""

import json
from datetime import UTC, datetime, timedelta, timezone
from textwrap import dedent, indent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satops.adapters.files.schemas import order_schema
from satops.core.finding import Finding
from satops.core.loading import load
from satops.core.problem import Problem, Severity
from satops.core.spec.read import Draft, geometry_file, read_spec
from satops.core.spec.spec import Source
from satops.offers.eo_imagery import EO_IMAGERY
from satops.offers.eo_imagery.fields import RECURRENCE_FIELDS

OFFER: dict[str, Any] = {"schema": order_schema(EO_IMAGERY), "offer": EO_IMAGERY}
YEAR = datetime.now(UTC).year + 1
BOX = "{bbox: [105, 21, 106, 22]}"


def spec_text(order: str = "", beside: str = "", **fields: str) -> str:
    """Write a spec; a field of the order that is an empty text is left out."""
    fields = {
        "provider": "changguang",
        "geometry": BOX,
        "startDate": f"{YEAR}-12-01T00:00Z",
        "endDate": f"{YEAR}-12-15T00:00Z",
        **fields,
    }
    lines = [f"{key}: {value}" for key, value in fields.items() if value]
    written = "\n".join(lines) + "\n" + dedent(order)
    return dedent(beside) + "name: delta-1\norder:\n" + indent(written, "  ")


def read(
    text: str, *, zone: timezone | None = None, included: object = None
) -> tuple[Draft | None, list[Problem]]:
    """Read a file that holds one document without faults of YAML."""
    (document,), problems = load(text.encode(), file="orders/a.yaml")
    assert problems == []
    source = Source("orders/a.yaml", document.line, document.index, 1, "0" * 64)
    return read_spec(document, source=source, zone=zone, included=included, **OFFER)


def good(text: str, **given: Any) -> Draft:
    """Read a spec that must be taken without an error."""
    draft, problems = read(text, **given)
    assert draft is not None, problems
    return draft


def errors(text: str, **given: Any) -> list[Problem]:
    """Read a spec that must be refused."""
    draft, problems = read(text, **given)
    assert draft is None
    found = [problem for problem in problems if problem.severity is Severity.ERROR]
    assert found
    return found


def only_error(text: str, **given: Any) -> Problem:
    """Read a spec that must be refused for one reason."""
    (problem,) = errors(text, **given)
    return problem


def test_everything_that_a_spec_may_say_is_read() -> None:
    draft = good(
        spec_text(
            """\
            maxCloud: 20
            resolutionType: very-high
            recurring: true
            recurringDay: 2
            recurringUnit: 2
            """,
            beside="""\
            description: |
              Flood extent.
              Second line.
            labels: {team: hydrology, "ticket": OPS-123}
            supersedes: delta-0
            acknowledge:
              - {check: A09, reason: wanted}
              - check: X02
                reason: also wanted
            """,
        )
    )
    assert draft.name == "delta-1"
    assert draft.provider == "changguang"
    assert draft.start == datetime(YEAR, 12, 1, tzinfo=UTC)
    assert draft.end == datetime(YEAR, 12, 15, tzinfo=UTC)
    assert (draft.terms["maxCloud"], draft.terms["resolutionType"]) == (20, 2)
    assert [draft.terms[name] for name in sorted(RECURRENCE_FIELDS)] == [True, 2, 2]
    assert draft.description == "Flood extent.\nSecond line.\n"
    assert draft.labels == {"team": "hydrology", "ticket": "OPS-123"}
    assert draft.supersedes == "delta-0"
    assert [(a.check, a.reason, a.line) for a in draft.acknowledge] == [
        ("A09", "wanted", 7),
        ("X02", "also wanted", 8),
    ]


def test_what_a_spec_leaves_out_stays_out() -> None:
    draft = good(spec_text())
    assert draft.terms == {}
    assert [getattr(draft, field) for field in draft._fields[8:]] == [None, None, (), None]


def test_the_example_of_the_create_page_is_valid_where_a_zone_is_configured() -> None:
    ring = [
        [102.61282157031928, 21.488503948497097],
        [106.99114976403081, 21.488503948497097],
        [106.99114976403081, 18.594746845159506],
        [102.61282157031928, 18.594746845159506],
        [102.61282157031928, 21.488503948497097],
    ]
    body = {
        "provider": "changguang",
        "geometry": json.dumps({"type": "Polygon", "coordinates": [ring]}),
        "startDate": f"{YEAR}-10-27 10:00",
        "endDate": f"{YEAR}-10-28T10:00:00",
        "recurring": False,
        "maxCloud": 20,
        "resolutionType": 1,
    }
    draft = good(json.dumps({"name": "example", "order": body}), zone=UTC)
    assert draft.start == datetime(YEAR, 10, 27, 10, tzinfo=UTC)
    beside = {**body, "recurringDay": 7, "recurringUnit": 1}
    with_interval, problems = read(json.dumps({"name": "example", "order": beside}), zone=UTC)
    assert with_interval is not None
    assert {problem.severity for problem in problems} == {Severity.INFO, Severity.WARNING}
    again = {**beside, "recurring": True}
    assert good(json.dumps({"name": "x", "order": again}), zone=UTC).terms["recurring"] is True


def test_a_mode_by_number_and_by_name_is_the_same() -> None:
    for written in ("2", "2.0", "very-high", "'very-high'"):
        assert good(spec_text(resolutionType=written)).terms["resolutionType"] == 2


def test_a_date_without_an_offset_is_read_in_the_zone_given() -> None:
    text = spec_text(startDate=f"{YEAR}-12-01 07:00")
    hanoi = timezone(timedelta(hours=7))
    assert good(text, zone=hanoi).start == datetime(YEAR, 12, 1, tzinfo=UTC)
    assert only_error(text).check == "T01"


@pytest.mark.parametrize(
    ("text", "check", "path"),
    [
        (spec_text(resolutionType="4"), "S01", "order.resolutionType"),
        (spec_text(provider="tianyi", resolutionType="very-high"), "S01", "order.resolutionType"),
        (spec_text(maxCloud="0.2"), "S04", "order.maxCloud"),
        (spec_text(recurring="true"), "R01", "order.recurring"),
        (spec_text(recurring="true", recurringDay="7"), "R01", "order.recurring"),
        (spec_text(recurring="true", recurringUnit="1"), "R01", "order.recurring"),
        (
            spec_text(recurring="true", recurringDay="0", recurringUnit="1"),
            "R01",
            "order.recurringDay",
        ),
        (spec_text(recurringDay="7", recurringUnit="1"), "R01", "order.recurringDay"),
        (spec_text(startDate="01.12.2030"), "T11", "order.startDate"),
        (spec_text(endDate=f"{YEAR}-12-15"), "T07", "order.endDate"),
        (spec_text(endDate=f"{YEAR}-12-01T00:00Z"), "T02", "order.endDate"),
        (spec_text(geometry="{bbox: [106, 21, 105, 22]}"), "A04", "order.geometry.bbox"),
        (spec_text(geometry="POLYGON ((0 0))"), "G03", "order.geometry"),
        (spec_text(geometry="{type: Point, coordinates: [1, 2]}"), "A12", "order.geometry"),
        (spec_text(geometry="{point: [1, 2]}"), "A12", "order.geometry.point"),
        (spec_text(geometry="17"), "G01", "order.geometry"),
        (
            spec_text(geometry="{type: Polygon, coordinates: [[[0, 0], [1, '1'], [0, 1]]]}"),
            "G01",
            "order.geometry.coordinates[0][1]",
        ),
        (spec_text().replace("delta-1", "Delta 1"), "N02", "name"),
        (spec_text().replace("delta-1", "catalog.json"), "N02", "name"),
        (spec_text().replace("delta-1", '"delta-1\\n"'), "N02", "name"),
        (spec_text().replace("delta-1", '"\\u202Eabc"'), "N02", "name"),
        (spec_text(beside="supersedes: Delta 0\n"), "N02", "supersedes"),
        (spec_text(beside="supersedes: delta-1\n"), "N04", "supersedes"),
        (spec_text(beside='labels: {"a\\n": b}\n'), "N02", "labels.a\\n"),
        (spec_text(beside='labels: {a: "\\u2066b"}\n'), "N03", "labels.a"),
        (spec_text(beside='description: "\\u202Eabc"\n'), "N03", "description"),
        (
            spec_text(beside='acknowledge: [{check: A09, reason: "\\u202d"}]\n'),
            "N03",
            "acknowledge[0].reason",
        ),
        (
            spec_text(beside="acknowledge: [{check: too wide, reason: wanted}]\n"),
            "N05",
            "acknowledge[0].check",
        ),
    ],
    ids=lambda value: str(value)[-60:],
)
def test_a_fault_is_said_once_with_its_code_and_path(text: str, check: str, path: str) -> None:
    problem = only_error(text)
    assert (problem.check, problem.path) == (check, path)
    assert problem.line
    assert problem.detail.isprintable()


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (spec_text(provider="planet"), "order.provider"),
        (spec_text(maxCloud='"20"'), "order.maxCloud"),
        (spec_text(maxCloud="20.5"), "order.maxCloud"),
        (spec_text(maxCloud="-1"), "order.maxCloud"),
        (spec_text(maxCloud="101"), "order.maxCloud"),
        (spec_text(maxCloud="true"), "order.maxCloud"),
        (spec_text(recurring="yes"), "order.recurring"),
        (spec_text(resolutionType="9"), "order.resolutionType"),
        (spec_text(resolutionType='"2"'), "order.resolutionType"),
        (spec_text(resolutionType="best"), "order.resolutionType"),
        (
            spec_text(recurring="true", recurringDay="1", recurringUnit="4"),
            "order.recurringUnit",
        ),
        (spec_text(startDate="20301201"), "order.startDate"),
        (spec_text(startDate="null"), "order.startDate"),
        (spec_text(beside="labels: {a: 5}\n"), "labels.a"),
    ],
    ids=lambda value: str(value)[-60:],
)
def test_a_value_of_the_wrong_kind_is_refused_at_its_place(text: str, path: str) -> None:
    assert {problem.path for problem in errors(text)} == {path}


@pytest.mark.parametrize(
    ("provider", "written", "said"),
    [
        ("changguang", "1m", "For 1 m of changguang write resolutionType: high."),
        ("changguang", "0.5", "write resolutionType: very-high."),
        ("changguang", "30 cm", "write resolutionType: super-high."),
        ("changguang", "0,5 m", "write resolutionType: very-high."),
        ("tianyi", "1m", "For 1 m of tianyi write resolutionType: spotlight."),
        ("tianyi", "12", "write narrow-scan or narrow-scan-tops."),
        ("tianyi", "0.5", "No mode of tianyi has 0.5 m. The modes are: spotlight (4, 1 m), "),
        ("tianyi", "StripMap", "Write resolutionType: stripmap."),
        ("tianyi", "very high", "very-high is a mode of changguang."),
        ("tianyi", '"5"', "Write 5 without quotes."),
        ("tianyi", "1" + "0" * 17, "The modes are: spotlight (4, 1 m), "),
        ("eagle", "1m", "Several modes have 1 m: write high or spotlight."),
    ],
)
def test_a_resolution_in_place_of_a_mode_is_told_as_the_mode(
    provider: str, written: str, said: str
) -> None:
    found = errors(spec_text(provider=provider, resolutionType=written))
    (problem,) = [problem for problem in found if problem.path == "order.resolutionType"]
    assert problem.check == "V04"
    assert said in problem.detail


@pytest.mark.parametrize("field", ["provider", "geometry", "startDate", "endDate"])
def test_a_missing_field_is_named(field: str) -> None:
    problem = only_error(spec_text(**{field: ""}))
    assert field in problem.summary + problem.detail + problem.path


@pytest.mark.parametrize("text", ["[]", "17", "text", "name: delta-1", "order: {}", "order: []"])
def test_what_is_no_spec_at_all_is_refused(text: str) -> None:
    errors(text)


@pytest.mark.parametrize("text", [spec_text("satellite: x\n"), spec_text(beside="cloud: 1\n")])
def test_a_field_that_does_not_exist_is_refused(text: str) -> None:
    errors(text)


def test_no_fault_hides_another() -> None:
    text = spec_text(
        "satellite: jilin\n",
        beside="supersedes: Old\n",
        provider="tianyi",
        resolutionType="2",
        maxCloud="0.5",
        startDate="tomorrow",
        endDate=f"{YEAR}-12-15",
        recurringDay="3",
        geometry="{bbox: [1, 2, 3]}",
    ).replace("delta-1", "Delta")
    found = {problem.path for problem in errors(text)}
    assert found >= {
        "name",
        "supersedes",
        "order.resolutionType",
        "order.maxCloud",
        "order.startDate",
        "order.endDate",
        "order.recurringDay",
        "order.geometry.bbox",
    }
    assert any("satellite" in problem.detail + problem.path for problem in errors(text))


def test_a_problem_knows_its_line_and_column() -> None:
    problem = only_error(spec_text(resolutionType="wide-scan"))
    assert (problem.file, problem.line, problem.column) == ("orders/a.yaml", 7, 19)


def test_a_deep_coordinate_knows_its_line() -> None:
    text = spec_text(
        geometry="""
    type: Polygon
    coordinates:
      - - [105, 21]
        - [106, 21]
        - [106, two]
        - [105, 21]"""
    )
    assert only_error(text).line == 9


@pytest.mark.parametrize(
    ("geometry", "expected"),
    [
        ("{file: ../aois/a.geojson, feature: west}", ("../aois/a.geojson", "west")),
        ("{file: a.wkt}", ("a.wkt", None)),
        ("{file: a.wkt, feature: 3}", ("a.wkt", 3)),
        ("{file: a.wkt, feature: true}", ("a.wkt", None)),
        ("{file: 3}", None),
        ("POINT (1 2)", None),
        (BOX, None),
    ],
)
def test_the_file_of_a_geometry_is_known_before_it_is_read(
    geometry: str, expected: tuple[str, str | int | None] | None
) -> None:
    (document,), _ = load(spec_text(geometry=geometry).encode(), file="a.yaml")
    assert geometry_file(document.value) == expected


def test_a_polygon_from_a_file_is_read_like_any_other() -> None:
    wkt = "POLYGON ((105 21, 106 21, 106 22, 105 22, 105 21))"
    text = spec_text(geometry="{file: a.wkt}")
    assert good(text, included=wkt).rings == good(spec_text(geometry=wkt)).rings


def test_a_fault_in_a_file_is_said_at_the_reference() -> None:
    problem = only_error(spec_text(geometry="{file: a.wkt}"), included="POLYGON ((0 0))")
    assert (problem.check, problem.path) == ("G03", "order.geometry")


def test_why_a_file_cannot_be_had_is_said_at_the_reference() -> None:
    missing = Finding("F01", ("file",), "the AOI file cannot be read", "It is not there.")
    problem = only_error(spec_text(geometry="{file: a.wkt}"), included=missing)
    assert (problem.check, problem.path) == ("F01", "order.geometry.file")


numbers = st.integers(-400, 400) | st.floats() | st.sampled_from([10**400, -(10**400), 1e308])
texts = st.sampled_from(
    ["", "tianyi", "very-high", "POLYGON ((0 0, 1 0, 1 1, 0 0))", "POLYGON ((", '{"type":1}']
) | st.text(max_size=20)
anything = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "coordinates", "geometry", "features", "bbox", "point"])
            | st.sampled_from(["radiusKm", "file", "feature", "crs", "check", "reason", "a"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
FIELDS = ["provider", "geometry", "startDate", "endDate", "recurring", "recurringDay"]
MORE_FIELDS = ["recurringUnit", "maxCloud", "resolutionType", "satellite"]
BESIDE = ["name", "description", "labels", "acknowledge", "supersedes"]


@given(
    order=st.dictionaries(st.sampled_from(FIELDS + MORE_FIELDS), anything, max_size=4),
    beside=st.dictionaries(st.sampled_from(BESIDE), anything, max_size=2),
    included=anything,
)
def test_whatever_is_written_is_either_taken_or_refused_with_a_place(
    order: dict[str, Any], beside: dict[str, Any], included: object
) -> None:
    (document,), _ = load(spec_text().encode(), file="orders/a.yaml")
    value = document.value
    document.value = {**value, **beside, "order": {**value["order"], **order}}
    source = Source("orders/a.yaml", 1, 0, 1, "0" * 64)
    draft, problems = read_spec(document, source=source, zone=UTC, included=included, **OFFER)
    refused = any(problem.severity is Severity.ERROR for problem in problems)
    assert (draft is None) is refused
    assert all(problem.detail.isprintable() for problem in problems)
    assert all(problem.line for problem in problems)
