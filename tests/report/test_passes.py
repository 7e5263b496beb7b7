"""Passes in a plan: on the map where they parse, inert, and never ranked by coverage."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from satops.adapters.files.feasibility_file import read_feasibility
from satops.core.plan.feasibility import Feasibility, ShownPass, Simulated, by_start, solar_time
from satops.core.plan.plan import Plan
from satops.errors import Refused, UsageError
from satops.report.geojson import render as geojson
from satops.report.json.plan import feasibility_json
from satops.report.layout import plain
from satops.report.markdown.plan import render as markdown
from satops.report.text.feasibility import feasibility_blocks
from satops.workflow.feasibility import with_evidence
from tests.report.forge import HOSTILE, check_map
from tests.report.passes import SEEN, evidence, plan_with_evidence

SCHEMA = Path(__file__).parents[2] / "schema" / "feasibility.schema.json"


def written() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(b"".join(feasibility_json(evidence())))
    return read


def saved(tmp_path: Path, content: object) -> Path:
    path = tmp_path / "f.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


def with_passes(*passes: ShownPass) -> Feasibility:
    told = replace(evidence().orders[0], passes=passes)
    return replace(evidence(), orders=(told,))


def test_evidence_fits_its_schema_and_is_read_again_as_it_was(tmp_path: Path) -> None:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(written())
    assert read_feasibility(saved(tmp_path, written())) == evidence()


def _change(path: str, value: object) -> dict[str, Any]:
    content = written()
    at: Any = content
    *way, last = path.split(".")
    for step in way:
        at = at[int(step)] if isinstance(at, list) else at[step]
    at[last] = value
    return content


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("format", "satops.plan/1"),
        ("made_at", "yesterday"),
        ("marketplace", None),
        ("orders", {}),
        ("orders.0.name", 7),
        ("orders.0.order_digest", "abc"),
        ("orders.0.answer", "maybe"),
        ("orders.0.passes.0.result", "4711"),
        ("orders.0.passes.0.start", "2031-03-05"),
        ("orders.0.passes.0.solar_time", "noon"),
        ("orders.0.passes.0.angle_deg", "17"),
        ("orders.0.passes.0.swath", [[500, 0]]),
        ("orders.0.passes.0.row_sha256", ""),
        ("orders.0.passes.0.more", 1),
        ("orders.1.name", "hanoi"),
    ],
)
def test_a_file_that_is_not_whole_is_refused(tmp_path: Path, path: str, value: object) -> None:
    with pytest.raises(UsageError, match="is no evidence of satops"):
        read_feasibility(saved(tmp_path, _change(path, value)))


@pytest.mark.parametrize("text", ["", "[]", "{", "null", '{"format":1,"format":1}'])
def test_what_is_no_evidence_at_all_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match="is no evidence of satops"):
        read_feasibility(saved(tmp_path, text))


def test_a_file_that_is_not_there_is_told() -> None:
    with pytest.raises(UsageError, match="the evidence cannot be read"):
        read_feasibility(Path("/nowhere/f.json"))


def test_evidence_of_an_order_that_has_changed_since_is_refused() -> None:
    bare = replace(plan_with_evidence(), feasibility=None)
    told = Simulated("hanoi", "f" * 64, evidence().orders[0].answer, "SIM_1")
    changed = replace(evidence(), orders=(told, *evidence().orders[1:]))
    with pytest.raises(Refused, match="Changed since the simulation was made: hanoi"):
        with_evidence(bare, changed, ("sandbox",))
    assert with_evidence(bare, evidence(), ("https://x.invalid", "sandbox")).digest == bare.digest


def test_evidence_of_another_marketplace_is_refused() -> None:
    with pytest.raises(Refused, match="comes from sandbox"):
        with_evidence(plan_with_evidence(), evidence(), ("https://market.invalid",))


def test_swaths_that_parse_are_features_beside_the_orders() -> None:
    made = json.loads(b"".join(geojson(plan_with_evidence())))
    check_map(made)
    every = [feature["properties"] for feature in made["features"]]
    assert len({tuple(one) for one in every}) == 1
    assert [one["reason"][:11] for one in every if one["action"] == "pass"] == [
        "result 4711", "result 4713",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "swath", [((179.0, 1.0), (-179.0, 1.0), (-179.0, 2.0), (179.0, 1.0)), ((1.0, 1.0),) * 4]
)
def test_a_swath_that_would_be_drawn_wrongly_is_on_no_map(
    swath: tuple[tuple[float, float], ...],
) -> None:
    made = replace(plan_with_evidence(), feasibility=with_passes(replace(SEEN, swath=swath)))
    assert "pass" not in [f["properties"]["action"] for f in _features(made)]
    assert "geojson" not in markdown(made).split("### Passes")[1].split("### ")[0]


def _features(made: Plan) -> list[dict[str, Any]]:
    features: list[dict[str, Any]] = json.loads(b"".join(geojson(made)))["features"]
    return features


@pytest.mark.parametrize("texts", [("0.9", "61%", "5"), ("", "x", "1e99")])
def test_passes_stand_by_start_whatever_their_coverage(texts: tuple[str, str, str]) -> None:
    starts = ("2031-03-07T00:00:00Z", "2031-03-05T00:00:00Z", None)
    some = tuple(
        replace(SEEN, start=start, coverage=text, result=number)
        for number, (start, text) in enumerate(zip(starts, texts, strict=True))
    )
    assert [each.result for each in by_start(some)] == [1, 0, 2]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_a_row_stays_inert(text: str) -> None:
    made = replace(
        plan_with_evidence(),
        feasibility=with_passes(replace(SEEN, satellite=text, coverage=text, look=text)),
    )
    assert made.feasibility is not None
    lines = list(plain(feasibility_blocks(made.feasibility)))
    assert all(line.isprintable() for line in lines)
    page = markdown(made)
    assert "<b>" not in page.replace("`<b>", "")
    assert all(line.isprintable() for line in page.splitlines())


@pytest.mark.parametrize(
    ("utc", "longitude", "expected"),
    [("2031-03-05T03:19:26Z", 105.85, "10:23"), ("2031-03-05T23:30:00Z", 15.0, "00:30"),
     ("2031-03-05T01:00:00Z", -30.0, "23:00")],
)  # fmt: skip
def test_local_solar_time_goes_by_the_longitude(utc: str, longitude: float, expected: str) -> None:
    assert solar_time(utc, longitude) == expected
