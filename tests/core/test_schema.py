"""What a schema's refusal becomes: one problem a fault, in words, in its place."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from satops.core.loading import load
from satops.core.problem import Problem
from satops.core.spec.checks import CHECKS
from satops.core.spec.schema import MAX_PROBLEMS, Schema, _validator

FOLDER = Path(__file__).parents[2] / "schema"
SOURCES: dict[str, dict[str, Any]] = {
    name: json.loads((FOLDER / f"{name}.schema.json").read_text("utf-8"))
    for name in ("order", "config")
}
SCHEMAS = {name: Schema(source) for name, source in SOURCES.items()}
ORDER = """\
name: mekong
order:
  provider: changguang
  geometry: {bbox: [105, 21, 106, 22]}
  startDate: 2035-12-01T00:00Z
  endDate: 2035-12-15T00:00Z
"""


def problems(text: str, schema: Schema = SCHEMAS["order"]) -> list[Problem]:
    (document,), none = load(text.encode(), file="spec")
    assert none == []
    found = schema.problems(document, "spec")
    assert bool(found) != schema.is_valid(document.value)
    assert all(problem.summary == CHECKS[problem.check].title for problem in found)
    return found


def only(text: str, schema: Schema = SCHEMAS["order"]) -> Problem:
    (problem,) = problems(text, schema)
    return problem


def test_a_valid_document_has_no_problems() -> None:
    assert problems(ORDER) == []


@pytest.mark.parametrize(
    ("line", "check", "place", "said"),
    [
        ("maxCloud: '20'", "V03", (7, 13), "Write 20 without quotes."),
        ("maxCloud: 20.5", "V03", (7, 13), "Write 20 or 21."),
        ("maxCloud: 0.2", "V03", (7, 13), "Percent is meant, not a share of 1: write 20."),
        ("maxCloud: many", "V03", (7, 13), '"many" is a text'),
        ("maxCloud: yes", "V03", (7, 13), '"yes" is a text'),
        ("maxCloud: true", "V03", (7, 13), "true is written"),
        ("maxCloud: [20]", "V03", (7, 13), "a list is written"),
        ("maxCloud: {a: 1}", "V03", (7, 13), "a group of fields is written"),
        ("maxCloud:", "V03", (7, 12), "it has no value"),
        ("maxCloud: 120", "V05", (7, 13), "from 0 to 100, and 120 is written"),
        ("recurring: yes", "V03", (7, 14), "write true."),
        ("recurring: 'true'", "V03", (7, 14), "Write true without quotes."),
        ("recurring: off", "V03", (7, 14), "write false."),
        ("maxCloud: 20 %", "V03", (7, 13), "Write 20."),
        ("cloud: 20", "V01", (7, 3), "Did you mean `maxCloud`? Whole percent"),
        ("cloud-cover: 20", "V01", (7, 3), "Did you mean `maxCloud`?"),
        ("mode: high", "V01", (7, 3), "Did you mean `resolutionType`?"),
        ("bbox: [1, 2, 3, 4]", "V01", (7, 3), "A field of this name belongs under `geometry`."),
        ("recurring: weekly", "V03", (7, 14), "write true, with recurringDay: 1 and"),
        ("maxcloud: 20", "V01", (7, 3), "Did you mean `maxCloud`?"),
        ("max_cloud: 20", "V01", (7, 3), "Did you mean `maxCloud`?"),
        ("colour: red", "V01", (7, 3), "The fields of this group are: endDate, geometry"),
        ("labels: {a: b}", "V01", (7, 3), "no field of `order`"),
        ("resolutionType: '2'", "V04", (7, 19), "Write 2 without quotes."),
        ("resolutionType: veryhigh", "V04", (7, 19), "Did you mean `very-high`?"),
        ("resolutionType: stripmap", "V04", (7, 19), "because `provider` is changguang"),
        ("recurring: true", "V08", (7, 3), "needs `recurringDay` and `recurringUnit`"),
        ("recurringDay: 7", "V08", (7, 3), "can stand only beside `recurring`"),
    ],
)
def test_a_fault_is_said_once_in_words_and_in_its_place(
    line: str, check: str, place: tuple[int, int], said: str
) -> None:
    problem = only(f"{ORDER}  {line}\n")
    assert (problem.check, problem.line, problem.column) == (check, *place)
    assert said in problem.detail


def test_a_missing_field_points_at_the_group_that_lacks_it() -> None:
    problem = only(ORDER.replace("  endDate: 2035-12-15T00:00Z\n", ""))
    assert (problem.check, problem.line, problem.column) == ("V02", 2, 1)
    assert problem.path == "order.endDate"
    assert "When imaging must have ended" in problem.detail


def test_a_misspelt_field_is_not_missing_as_well() -> None:
    assert only(ORDER.replace("endDate", "enddate")).path == "order.enddate"


def test_a_field_in_the_wrong_group_is_sent_home() -> None:
    assert "belongs under `order`" in only(ORDER + "maxCloud: 3\n").detail


def test_a_wrong_key_of_a_free_group_points_at_the_key() -> None:
    problem = only(ORDER + 'labels: {team: a, "b c": d}\n')
    assert (problem.check, problem.line, problem.column) == ("V01", 7, 19)


def test_a_text_with_a_final_line_end_does_not_pass_a_pattern() -> None:
    assert only(ORDER.replace("mekong", '"mekong\\n"')).path == "name"


@pytest.mark.parametrize("text", ["[1, 2]\n", "text\n", "7\n", "null\n"])
def test_a_document_that_is_no_group_has_one_problem(text: str) -> None:
    assert (only(text).check, only(text).path) == ("V03", "")


def test_all_faults_of_a_document_are_found_in_the_order_of_their_places() -> None:
    text = "name: A B\nlabel: {}\norder:\n  provider: x\n  geometry: 7\n  maxCloud: 101\n"
    found = problems(text)
    assert [(p.check, p.path) for p in found] == [
        ("V06", "name"),
        ("V01", "label"),
        ("V02", "order.endDate"),
        ("V02", "order.startDate"),
        ("V04", "order.provider"),
        ("V03", "order.geometry"),
        ("V05", "order.maxCloud"),
    ]


def test_a_long_list_of_wrong_items_is_cut() -> None:
    ring = ", ".join(["[a, 1]"] * 200)
    found = problems(
        ORDER.replace("{bbox: [105, 21, 106, 22]}", f"{{type: Polygon, coordinates: [[{ring}]]}}")
    )
    assert len(found) == MAX_PROBLEMS + 1
    assert sum(problem.check == "V10" for problem in found) == 1


def test_a_part_of_a_document_can_be_held_against_a_schema() -> None:
    (document,), _ = load(b"order:\n  area: {size: small}\n", file="spec")
    schema = Schema({"properties": {"size": {"type": "number"}}})
    (problem,) = schema.problems(document, "spec", ("order", "area"))
    assert (problem.line, problem.column, problem.path) == (2, 16, "order.area.size")


BRANCHES = Schema(
    {
        "properties": {
            "geometry": {
                "oneOf": [
                    {"type": "string", "minLength": 3},
                    {
                        "type": "object",
                        "required": ["file"],
                        "additionalProperties": False,
                        "properties": {"file": {"type": "string"}},
                    },
                    {
                        "type": "object",
                        "required": ["point", "radiusKm"],
                        "additionalProperties": False,
                        "properties": {"point": {"type": "array"}, "radiusKm": {"type": "number"}},
                    },
                ]
            },
            "batch": {"anyOf": [{"const": "auto"}, {"type": "integer"}]},
        }
    }
)


@pytest.mark.parametrize(
    ("text", "check", "path"),
    [
        ("geometry: ab", "V06", "geometry"),
        ("geometry: {file: 3}", "V03", "geometry.file"),
        ("geometry: {point: [1, 2], radiusKm: x}", "V03", "geometry.radiusKm"),
        ("geometry: {point: [1, 2], radius: 3}", "V01", "geometry.radius"),
        ("geometry: 7", "V09", "geometry"),
        ("batch: many", "V09", "batch"),
    ],
)
def test_of_alternatives_the_one_that_was_meant_is_spoken_of(
    text: str, check: str, path: str
) -> None:
    problem = only(text, BRANCHES)
    assert (problem.check, problem.path) == (check, path)
    assert "schema" not in problem.detail


STEERED = Schema(
    {
        "properties": {
            "zone": {
                "type": "string",
                "pattern": "^UTC$",
                "x-problem": "Write UTC, not {written}.",
            },
            "code": {
                "type": "string",
                "pattern": "^[A-Z]$",
                "x-problem": {"pattern": "A code is a capital letter."},
            },
            "token": {"type": "string", "maxLength": 3, "x-secret": True},
            "auth": {"enum": ["a"], "x-secret": True},
        },
        "patternProperties": {"^password$": {"not": {}, "x-problem": "No password here."}},
    }
)


def test_the_other_name_of_a_field_is_told_once_and_where_it_belongs() -> None:
    text = ORDER.replace("startDate", "start").replace("endDate", "until")
    assert [(p.check, p.line, p.path) for p in problems(text)] == [
        ("V01", 5, "order.start"), ("V01", 6, "order.until"),
    ]  # fmt: skip
    assert "Did you mean `startDate`?" in problems(text)[0].detail
    assert "Did you mean `maxCloud` under `order`?" in only(f"{ORDER}clouds: 20\n").detail


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("recurringUnit: month", "For month write 3."),
        ("recurringUnit: Weekly", "For Weekly write 2."),
        ("recurringUnit: '3'", "Write 3 without quotes."),
        ("recurringUnit: 4", "must be 1, 2 or 3, and 4 is written. 1 day, 2 week, 3 month."),
        ("recurringDay: 7 days", "Write the number without its unit."),
    ],
)
def test_a_word_for_a_value_is_told_as_the_value(line: str, said: str) -> None:
    field, _, _ = line.partition(":")
    recurrence = {"recurring": "true", "recurringDay": "7", "recurringUnit": "1"}
    lines = [f"  {key}: {value}" for key, value in recurrence.items() if key != field]
    assert said in only(ORDER + "\n".join([*lines, f"  {line}"]) + "\n").detail


def test_what_a_word_is_told_as_is_a_value_of_its_field() -> None:
    order = SOURCES["order"]["$defs"]["order"]["properties"]
    for field in ("provider", "recurringUnit"):
        assert set(order[field]["x-words"].values()) <= set(order[field]["enum"])


def test_no_field_is_listed_as_the_other_name_of_another_in_its_group() -> None:
    for group in (SOURCES["order"], SOURCES["order"]["$defs"]["order"]):
        fields = group["properties"]
        others = [other for rule in fields.values() for other in rule.get("x-also", ())]
        assert len(others) == len(set(others))
        assert not set(others) & set(fields)


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("zone: Asia", 'Write UTC, not "Asia".'),
        ("zone: 7", "Write UTC, not 7."),
        ("code: ab", "A code is a capital letter."),
        ("code: 7", "`code` must be a text, and 7 is a number. A code is a capital letter."),
        ("password: hunter2", "No password here."),
    ],
)
def test_a_schema_steers_what_is_said(text: str, detail: str) -> None:
    assert only(text, STEERED).detail == detail


@pytest.mark.parametrize(
    "text", ["token: hunter2", "token: 424242", "auth: hunter2", "auth: 424242"]
)
def test_a_secret_is_in_no_message(text: str) -> None:
    problem = only(text, STEERED)
    assert "hunter2" not in repr(problem)
    assert "424242" not in repr(problem)


def test_messages_hold_no_control_characters_of_the_input() -> None:
    hostile = json.dumps("a\x1b[31m\n" * 20)
    found = problems(f"name: {hostile}\norder: {hostile}\n{hostile}: 1\n".replace("\\u001b", "\\n"))
    assert found
    assert all((p.detail + p.path).isprintable() for p in found)


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([0, 1, 1.0, 20.0, 100, 101, -0.0, "", "auto", "sandbox", "UTC", "+07:00",
                       "very-high", "tianyi", "changguang", "a\n", "2035-12-01T00:00Z", "A09", "é",
                       "\u0663", "2035-12-0\u0661T00:00Z", "file:x", "Polygon", "../x",
                       "orders/", "a/../b"])
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=5)
    | st.dictionaries(st.sampled_from(["name", "order", "type", "file", "bbox", "token", "by"])
                      | st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip
SAMPLES: dict[str, list[Any]] = {
    "order": [
        {
            "name": "mekong", "description": "x", "labels": {"team": "a"},
            "acknowledge": [{"check": "A09", "reason": "wide"}], "supersedes": "old",
            "order": {
                "provider": provider, "geometry": geometry, "startDate": "2035-12-01T00:00Z",
                "endDate": "2035-12-15 00:00", "recurring": True, "recurringDay": 7,
                "recurringUnit": 1, "maxCloud": 20, "resolutionType": mode,
            },
        }
        for provider, mode in (("changguang", 2), ("tianyi", "stripmap"))
        for geometry in (
            "POLYGON ((0 0, 1 0, 1 1, 0 0))", {"bbox": [1, 2, 3, 4]}, {"file": "a", "feature": 1},
            {"point": [1, 2], "radiusKm": 3},
            {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]},
            {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": []}},
        )
    ],
    "config": [
        {
            "marketplace": {
                "url": "sandbox", "auth": {"header": "X-API-Key", "tokenFrom": "SATOPS_A_B"},
                "geometry": "wkt", "timezone": "+07:00", "query": False,
            },
            "apply": {"concurrency": 4, "batch": "auto", "intentS": 300},
            "reconcile": {"waitS": 900, "looks": 3, "skewS": 0}, "timezone": "UTC",
            "state": "file:x", "orders": "orders/", "region": [102, 8, 110, 24],
            "areas": {"allowed": "a.geojson", "forbidden": "b/c.geojson"},
            "limits": {"ordersPerApply": 20, "by": {"team": {"a": {"costPerMonth": 1.5}}}},
            "checks": {"A09": "error"}, "modes": "m.json",
            "prices": {"currency": "USD", "perKm2": {"tianyi": {"stripmap": 3}}, "minimumKm2": 2},
        }
    ],
}  # fmt: skip


@st.composite
def nearly_right(draw: st.DrawFn, name: str) -> Any:
    """Take a valid document, and change some of it."""
    value = json.loads(json.dumps(draw(st.sampled_from(SAMPLES[name]))))
    for _ in range(draw(st.integers(0, 3))):
        part: Any = value
        while isinstance(part, dict | list) and part:
            steps = list(part) if isinstance(part, dict) else list(range(len(part)))
            step = draw(st.sampled_from(steps))
            if draw(st.integers(0, 3)) and isinstance(part[step], dict | list):
                part = part[step]
                continue
            match draw(st.sampled_from(["replace", "remove", "add"])):
                case "replace":
                    part[step] = draw(VALUES)
                case "remove":
                    del part[step]
                case _ if isinstance(part, dict):
                    part[draw(st.text(max_size=5))] = draw(VALUES)
            break
    return value


@pytest.mark.parametrize("name", SOURCES)
def test_the_samples_are_valid(name: str) -> None:
    assert [SCHEMAS[name].is_valid(sample) for sample in SAMPLES[name]] == [True] * len(
        SAMPLES[name]
    )


@pytest.mark.parametrize("name", SOURCES)
@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_both_libraries_give_the_same_verdict(name: str, data: st.DataObject) -> None:
    value = data.draw(nearly_right(name) | VALUES)
    assert SCHEMAS[name].is_valid(value) == _validator(SOURCES[name]).is_valid(value)


@pytest.mark.parametrize("name", SOURCES)
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_whatever_is_wrong_is_said(name: str, data: st.DataObject) -> None:
    value = data.draw(nearly_right(name))
    documents, _ = load(json.dumps(value).encode(), file="spec", syntax="json")
    for document in documents:
        found = SCHEMAS[name].problems(document, "spec")
        assert bool(found) != SCHEMAS[name].is_valid(document.value)
        assert all(p.line and p.detail.isprintable() for p in found)
