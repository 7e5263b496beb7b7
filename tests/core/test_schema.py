"""What a schema's refusal becomes: one problem a fault, in words, in its place."""

import json
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from satops.adapters.clock import PinnedZones
from satops.core.loading import load
from satops.core.plan.config import Config
from satops.core.problem import Problem, by_position
from satops.core.spec.checks import CHECKS
from satops.core.spec.schema import MAX_FINDINGS, REFUSED, Schema
from satops.workflow.read_files import FileReader
from satops.workflow.validate import Tree, read_tree
from tests.series import Repository, ports, series

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
    findings = schema.findings(document.value)
    found = sorted((each.problem_in(document, "spec", None) for each in findings), key=by_position)
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
        ("maxCloud: 20 %", "V03", (7, 13), "Write the number without its unit. Whole percent"),
        ("cloud: 20", "V01", (7, 3), "Did you mean `maxCloud`? Whole percent"),
        ("cloud-cover: 20", "V01", (7, 3), "Did you mean `maxCloud`?"),
        ("mode: high", "V01", (7, 3), "Did you mean `resolutionType`?"),
        ("bbox: [1, 2, 3, 4]", "V01", (7, 3), "A field of this name belongs under `geometry`."),
        ("recurring: weekly", "V03", (7, 14), "write true, with recurringDay: 1 and"),
        ("maxcloud: 20", "V01", (7, 3), "Did you mean `maxCloud`?"),
        ("max_cloud: 20", "V01", (7, 3), "Did you mean `maxCloud`?"),
        ("colour: red", "V01", (7, 3), "The fields of this group are: endDate, geometry"),
        ("labels: {a: b}", "V01", (7, 3), "no field `labels` in `order`"),
        ("resolutionType: '2'", "V04", (7, 19), "Write 2 without quotes."),
        ("resolutionType: veryhigh", "V04", (7, 19), "Did you mean `very-high`?"),
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
    found = problems(f"{ORDER}acknowledge: [{'{}, ' * MAX_FINDINGS}]\n")
    assert len(found) == MAX_FINDINGS + 1
    assert sum(problem.check == "V10" for problem in found) == 1


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
                "examples": ["A"],
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
        ("code: 7", "`code` must be a text, and 7 is a number. For example: A."),
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


SINGLE: dict[str, Any] = {
    "name": "mekong",
    "labels": {"team": "a"},
    "acknowledge": [{"check": "A09", "reason": "wide"}],
    "order": {
        "provider": "changguang",
        "geometry": {"bbox": [105, 21, 105.5, 21.5]},
        "startDate": "2035-12-01T00:00Z",
        "endDate": "2035-12-15 00:00",
        "recurring": True,
        "recurringDay": 7,
        "recurringUnit": 1,
        "maxCloud": 20,
        "resolutionType": 2,
    },
}
RING = [[105, 21], [105.5, 21], [105.5, 21.5], [105, 21]]
FORMS: list[Any] = [
    {"point": [105, 21], "radiusKm": 5},
    {"file": "../aois/ports.geojson", "feature": "sgp"},
    {"type": "Feature", "geometry": {"type": "MultiPolygon", "coordinates": [[RING]]}},
]
PASS: dict[str, Any] = {
    "simulation": "S1",
    "result": 1,
    "satellite": "BC5",
    "start": "2035-12-05T14:02:51Z",
}
SERIES = series(
    4,
    "2035-01/2035-03",
    **{"except": [{"sensor": "sar", "month": "2035-01", "reason": "r"}]},
    since={"sensor": {"optical": "2035-02"}},
    renamed={"port": {"old": "sgp"}},
    acknowledge=[{"check": "A09", "reason": "w", "where": {"sensor": "sar"}}],
)


def mutants(value: Any) -> Iterator[Any]:
    """Yield what a value becomes by one slip: of a kind, a field too few or too many."""
    yield from (None, "A b", {"x": 1})
    if isinstance(value, dict):
        yield {**value, "surplus": 1}
        for key in value:
            yield {other: value[other] for other in value if other != key}
    parts: Any = value if isinstance(value, dict) else range(isinstance(value, list))
    for key in parts:
        for mutant in mutants(value[key]):
            changed = value.copy()
            changed[key] = mutant
            yield changed


def tree(*documents: Any, schema: Schema = SCHEMAS["order"]) -> Tree:
    texts = {f"spec{index}": json.dumps(each) for index, each in enumerate(documents)}
    files = Repository({"ports": ports("sgp")}, **texts)
    reader = FileReader(files, Config(timezone=UTC), schema, zones=PinnedZones())
    return read_tree(files, reader, None)


@pytest.mark.parametrize("document", [SINGLE, SERIES], ids=["single", "series"])
def test_what_only_the_schema_refuses_is_refused_in_one_general_message(document: Any) -> None:
    stricter = Schema({**SOURCES["order"], "dependentRequired": {"name": ["signature"]}})
    assert tree(document).specs
    found = tree(document, schema=stricter)
    assert found.specs == ()
    (problem,) = (problem for problem in found.problems if problem.blocks)
    assert (problem.check, problem.summary) == ("V09", REFUSED.summary)
    assert '{"name":["signature"]}' in problem.detail
    assert "mekong" not in problem.detail


def test_no_slip_is_left_to_the_general_message() -> None:
    parts = [{"geometry": mutant} for form in FORMS for mutant in mutants(form)]
    parts += [{"pass": mutant} for mutant in mutants(PASS)]
    documents = [*mutants(SINGLE), *mutants(SERIES)]
    documents += [{**SINGLE, "order": {**SINGLE["order"], **part}} for part in parts]
    schema = SCHEMAS["order"]
    refused = [document for document in documents if not schema.is_valid(document)]
    assert len(refused) > 200
    unsaid = [document for document in refused if not schema.findings(document)]
    found = tree(*unsaid)  # the readers of dates and outlines speak of these
    assert len({problem.file for problem in found.problems if problem.blocks}) == len(unsaid) > 0
    assert [problem for problem in found.problems if problem.summary == REFUSED.summary] == []
