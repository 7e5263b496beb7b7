"""A series stands for the same orders as specs by hand, in whatever order its parts stand."""

import copy
import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satops.adapters.clock import PinnedZones
from satops.core.finding import Finding
from satops.core.spec.series_windows import Windows, read_windows
from satops.report.expand import spec_lines
from satops.workflow.expand import Collected
from tests.series import SENSORS, YEAR, Repository, bought, errors, port, ports, series

BANGKOK = timezone(timedelta(hours=7))


def by_hand(aois: str, months: list[tuple[str, str]]) -> Repository:
    """Write a spec for each port, month and sensor, as a person without series would."""
    specs = []
    for feature in json.loads(aois)["features"]:
        for index, (month, start) in enumerate(months[:-1]):
            for sensor, fields in SENSORS.items():
                order = {
                    **fields,
                    "geometry": feature,
                    "startDate": start,
                    "endDate": months[index + 1][1],
                }
                name = f"ports.{feature['properties']['port']}.{month}.{sensor}"
                specs.append({"name": name, "labels": {"team": "sea"}, "order": order})
    return Repository({}, *specs)


def test_a_series_stands_for_the_orders_that_a_person_would_write() -> None:
    aois = ports("sgp", "kul", "hkg")
    months = [(f"{YEAR}-0{m}", f"{YEAR}-0{m}-01T00:00Z") for m in range(1, 5)]
    tree = Repository({"ports": aois}, series(18, labels={"team": "sea"})).tree()
    assert bought(tree) == bought(by_hand(aois, months).tree())
    assert [spec.labels for spec in tree.specs] == [{"team": "sea"}] * 18


def test_what_expand_shows_are_the_same_orders() -> None:
    aois: dict[str, Any] = {"type": "FeatureCollection", "features": [
        port("sgp"), port("no", id="no"), port("007"),
    ]}  # fmt: skip
    aois["features"][0]["properties"]["name"] = "Singapore"
    text = json.dumps(aois)
    document = series(18, description="a: b", acknowledge=[{"check": "A07", "reason": "yes"}])
    collected = Collected()
    tree = Repository({"ports": text}, document).tree(check=collected)
    shown = "\n---\n".join("\n".join(spec_lines(spec)) for spec in collected.specs)
    assert bought(Repository({"ports": text}, all=shown).tree()) == bought(tree)
    assert '"feature":"Singapore"' in shown


@given(st.data())
def test_no_order_of_features_keys_or_lines_changes_the_orders(data: st.DataObject) -> None:
    names = ["sgp", "kul", "hkg"]
    first = Repository({"ports": ports(*names)}, series(18)).tree()
    document = series(18)
    sensors = data.draw(st.permutations(list(document["each"]["sensor"].items())))
    document["each"]["sensor"] = dict(sensors)
    document = dict(data.draw(st.permutations(list(document.items()))))
    shuffled = Repository({"ports": ports(*data.draw(st.permutations(names)))}, document)
    assert bought(shuffled.tree()) == bought(first)


@given(st.permutations(["port", "month", "sensor"]))
def test_another_order_of_the_axes_makes_other_names_of_the_same_orders(axes: list[str]) -> None:
    document = series(6)
    document["each"] = {axis: document["each"][axis] for axis in axes}
    tree = Repository({"ports": ports("sgp")}, document).tree()
    first = bought(Repository({"ports": ports("sgp")}, series(6)).tree())
    assert set(bought(tree).values()) == set(first.values())
    assert (bought(tree) == first) is (axes == ["port", "month", "sensor"])


def test_members_know_their_series_keys_and_lines() -> None:
    tree = Repository({"ports": ports("sgp")}, series(6)).tree()
    (spec,) = [spec for spec in tree.specs if spec.name == f"ports.sgp.{YEAR}-02.sar"]
    assert (spec.series, spec.membership and spec.membership.members) == ("ports", 6)
    assert spec.keys == (("port", "sgp"), ("month", f"{YEAR}-02"), ("sensor", "sar"))
    assert spec.membership is not None
    assert [dict(axis) for axis in spec.membership.axes] == [
        {"name": "port", "kind": "features"},
        {"name": "month", "kind": "months"},
        {"name": "sensor", "kind": "keys"},
    ]
    assert spec.membership.lines == (5, 9, 13)


KEYS_OF_A_CHOICE: list[tuple[Any, int]] = [
    ([{"port": "kul"}], 6),
    ([{"port": "kul", "sensor": "sar"}], 9),
    ([{"port": ["kul", "sgp"], "month": f"{YEAR}-01", "reason": "x"}], 8),
    ([{"month": f"{YEAR}-01/{YEAR}-02"}], 4),
    ([{"port": "kul"}, {"port": "kul", "sensor": "sar"}], 6),
]


@pytest.mark.parametrize(("left_out", "count"), KEYS_OF_A_CHOICE)
def test_except_leaves_out_what_it_names(left_out: Any, count: int) -> None:
    document = {**series(count), "except": left_out}
    assert len(bought(Repository({"ports": ports("sgp", "kul")}, document).tree())) == count


def test_since_begins_later_for_one_key() -> None:
    document = series(10, since={"port": {"kul": f"{YEAR}-02"}})
    names = bought(Repository({"ports": ports("sgp", "kul")}, document).tree())
    assert f"ports.kul.{YEAR}-01.sar" not in names
    assert f"ports.kul.{YEAR}-02.sar" in names
    assert f"ports.sgp.{YEAR}-01.sar" in names


def test_a_renamed_key_goes_on_under_its_old_name() -> None:
    document = series(6, renamed={"port": {"sin": "sgp"}})
    tree = Repository({"ports": ports("sgp")}, document).tree()
    old = bought(Repository({"ports": ports("sin")}, series(6)).tree())
    assert set(bought(tree)) == set(old)


def test_an_acknowledgement_may_be_for_some_members_alone() -> None:
    accepted = [
        {"check": "A07", "reason": "all"},
        {"check": "A09", "reason": "some", "where": {"sensor": "sar"}},
    ]
    tree = Repository({"ports": ports("sgp")}, series(6, acknowledge=accepted)).tree()
    codes = {spec.keys[2][1]: [item.check for item in spec.acknowledge] for spec in tree.specs}
    assert codes == {"sar": ["A07", "A09"], "optical": ["A07"]}


def test_a_key_that_equals_the_name_of_an_axis_is_harmless() -> None:
    document = {**series(6), "except": [{"port": "month"}]}
    assert len(bought(Repository({"ports": ports("month", "sgp")}, document).tree())) == 6


def edited(**fields: Any) -> dict[str, Any]:
    document = copy.deepcopy(series(6))
    each = fields.pop("each", {})
    document["each"] = {**document["each"], **each}
    return {**document, **fields}


FAULTS: list[tuple[dict[str, Any], str, str]] = [
    (edited(expect=7), "M01", "stands for 6 orders (1 of port * 3 of month * 2 of sensor)"),
    (edited(**{"except": [{"port": "sgpp"}]}), "M05", "no key 'sgpp'"),
    (edited(**{"except": [{"harbour": "sgp"}]}), "M05", "no axis 'harbour'"),
    (edited(**{"except": [{"reason": "x"}]}), "M05", "name one"),
    (edited(**{"except": [{"port": "sgp"}]}), "M06", "leave no order"),
    (edited(**{"except": [{"month": f"{YEAR}-03/{YEAR}-01"}]}), "M05", "ends before it begins"),
    (edited(**{"except": [{"sensor": "optical/sar"}]}), "M05", "only windows have one"),
    (edited(since={"port": {"sgp": f"{YEAR}-01"}}), "M05", "leaves nothing out"),
    (edited(since={"port": {"sgp": f"{YEAR}-09"}}), "M05", "no key"),
    (edited(since={"month": {f"{YEAR}-01": f"{YEAR}-02"}}), "M05", "axis of windows beside"),
    (edited(renamed={"port": {"sgp": "sgp"}}), "M05", "still a key"),
    (edited(renamed={"port": {"old": "nowhere"}}), "M05", "no key 'nowhere'"),
    (edited(renamed={"month": {"a": "b"}}), "M05", "no axis of features or of keys by hand"),
    (edited(acknowledge=[{"check": "A07", "reason": "x", "where": {"port": "x"}}]), "M05", "'x'"),
    (edited(order={"maxCloud": 5}), "M04", "order.maxCloud at line 25 and by each.sensor.optical"),
    (edited(order={"geometry": {"bbox": [1, 1, 2, 2]}}), "M04", "each.port at line 5"),
    (edited(each={"again": {"days": f"{YEAR}-01-01/{YEAR}-01-02"}}), "M04", "each.month"),
    (edited(name="ports.a"), "V06", "no dot"),
    (edited(each={"Port": {"a": {}}}), "V01", "name of an axis"),
    (edited(each={"provider": {"a": {}}}), "V01", "name of an axis"),
    (edited(each={"size": {"A.b": {}}}), "V01", "cannot be one"),
    (edited(each={"size": {"a": {"maxClouds": 1}}}), "V01", "maxCloud"),
    (edited(each={"month": {"months": "2027"}}), "M03", "Write both ends"),
    (edited(each={"month": {"months": "2027-02/2027-01"}}), "M03", "before it begins"),
    (edited(each={"month": {"months": "2027-01/2027-02", "days": "x"}}), "V09", "one of `months`"),
    (edited(each={"month": {"days": "2027-01-01/2090-01-01"}}), "M06", "at most 10,000"),
    (edited(each={"month": {"months": "2027-01/2027-02", "zone": "Mars/Base"}}), "M03", "no zone"),
    (edited(each={"month": {"repeat": "R0/2027-01-01T00:00Z/P1D"}}), "M03", "no repetition"),
    (edited(each={"month": {"repeat": "R2/2027-01-01T00:00Z/P1M"}}), "M03", "use `months`"),
    (edited(each={"port": {"file": "../aois/x.geojson", "key": "port"}}), "F01", "is not there"),
    (edited(each={"port": {"file": "../aois/ports.geojson", "key": "id"}}), "M02", "no property"),
    (edited(name="p" * 110), "M07", "would have 130 characters"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "check", "words"), FAULTS)
def test_what_is_wrong_with_a_series_is_told_once(
    document: dict[str, Any], check: str, words: str
) -> None:
    tree = Repository({"ports": ports("sgp")}, document).tree()
    assert tree.specs == ()
    found = errors(tree)
    assert {(code, words in detail) for code, _, detail in found} == {(check, True)}, found
    assert len(found) == len(set(found))


def test_a_fault_of_every_member_is_told_once() -> None:
    document = edited(order={"recurring": True})
    found = errors(Repository({"ports": ports("sgp", "kul")}, {**document, "expect": 12}).tree())
    assert [code for code, _, _ in found] == ["R01"]


BAD_FEATURES: list[tuple[list[Any], str, str]] = [
    (["sgp", "sgp"], "", "has the key sgp, as feature 1 at aois/ports.geojson:1 has"),
    (["SGP"], "", "`keys: lower` beside `key`"),
    (["Port of Genoa"], "", "cannot be a key"),
    (["a.b"], "", "cannot be a key"),
    (["-a"], "", "cannot be a key"),
    (["ma\u0301", "m\u00e1"], "", "cannot be a key"),
    ([None], "", "has nothing as its 'port'"),
    ([1.5], "", "a text or a whole number is needed"),
    ([True], "", "a text or a whole number is needed"),
    (["x" * 101], "", "cannot be a key"),
    (["SGP", "sgp"], "lower", "has the key sgp, as"),
    (["\u212aul"], "lower", "cannot be a key"),  # KELVIN SIGN is a small k in Unicode
]


@pytest.mark.parametrize(("values", "form", "words"), BAD_FEATURES)
def test_a_key_is_never_turned_into_another_one(values: list[Any], form: str, words: str) -> None:
    features = [port(f"p{number}") for number in range(len(values))]
    for feature, value in zip(features, values, strict=True):
        feature["properties"]["port"] = value
    text = json.dumps({"type": "FeatureCollection", "features": features})
    document = series(6 * len(values))
    if form:
        document["each"]["port"]["keys"] = form
    ((check, line, detail),) = errors(Repository({"ports": text}, document).tree())
    assert (check, line) == ("M02", 7)
    assert words in detail


def test_numbers_are_keys_and_capitals_where_the_document_says_so() -> None:
    for values, form in (([5, 17], ""), (["SGSIN", "mykul"], "lower")):
        features = [port(f"p{value}") for value in values]
        for feature, value in zip(features, values, strict=True):
            feature["properties"]["port"] = value
        text = json.dumps({"type": "FeatureCollection", "features": features})
        document = series(12)
        if form:
            document["each"]["port"]["keys"] = form
        keys = {name.split(".")[1] for name in bought(Repository({"ports": text}, document).tree())}
        assert keys == {str(value).lower() for value in values}


def test_a_file_of_one_outline_has_no_keys() -> None:
    outline = json.dumps(port("sgp")["geometry"])
    ((check, _, _),) = errors(Repository({"ports": outline}, series(6)).tree())
    assert check == "M02"


ROME = PinnedZones().zone("Europe/Rome")
WINDOWS: list[tuple[str, str, Any, dict[str, str]]] = [
    ("months", "2031-12/2032-01", UTC, {
        "2031-12": "2031-12-01T00:00", "2032-01": "2032-01-01T00:00",
    }),
    ("weeks", "2031-w52/2032-W01", UTC, {
        "2031-w52": "2031-12-22T00:00", "2032-w01": "2031-12-29T00:00",
    }),
    ("days", "2032-02-28/2032-03-01", BANGKOK, {
        "2032-02-28": "2032-02-27T17:00", "2032-02-29": "2032-02-28T17:00",
        "2032-03-01": "2032-02-29T17:00",
    }),
    ("days", "2031-03-30/2031-03-31", ROME, {
        "2031-03-30": "2031-03-29T23:00", "2031-03-31": "2031-03-30T22:00",
    }),
    ("repeat", "R2/2032-01-01T00:00Z/P2W", None, {
        "2032-01-01": "2032-01-01T00:00", "2032-01-15": "2032-01-15T00:00",
    }),
    ("repeat", "R2/2032-01-01T06:30/PT90M", BANGKOK, {
        "2031-12-31t2330z": "2031-12-31T23:30", "2032-01-01t0100z": "2032-01-01T01:00",
    }),
]  # fmt: skip


@pytest.mark.parametrize(("form", "written", "zone", "expected"), WINDOWS)
def test_windows_begin_where_the_zone_says_and_end_where_the_next_begins(
    form: str, written: str, zone: Any, expected: dict[str, str]
) -> None:
    made = read_windows(form, written, zone)
    assert isinstance(made, Windows)
    found = {w.key: f"{w.start.astimezone(UTC):%Y-%m-%dT%H:%M}" for w in made.windows}
    assert list(found.items()) == list(expected.items())
    for before, after in zip(made.windows, made.windows[1:], strict=False):
        assert before.end == after.start


def test_the_day_of_a_clock_change_is_as_long_as_it_is() -> None:
    made = read_windows("days", "2031-03-30/2031-03-30", ROME)
    assert isinstance(made, Windows)
    (day,) = made.windows
    assert day.end - day.start == timedelta(hours=23)


def test_a_step_is_kept_in_one_form() -> None:
    weeks, days = (
        read_windows("repeat", f"R3/2032-01-01T00:00Z/{p}", UTC) for p in ("P2W", "P14D")
    )
    assert weeks == days


def test_windows_need_a_zone() -> None:
    found = read_windows("months", "2031-01/2031-02", None)
    assert isinstance(found, Finding)
    assert found.check == "T01"


def test_a_named_zone_is_kept_with_the_release_of_its_rules() -> None:
    document = series(6)
    document["each"]["month"]["zone"] = "Asia/Bangkok"
    tree = Repository({"ports": ports("sgp")}, document).tree()
    assert {spec.membership and spec.membership.zone_rules for spec in tree.specs} == {
        PinnedZones().release
    }
    assert {datetime.fromisoformat(spec.order.start).hour for spec in tree.specs} == {17}


def test_the_example_of_the_docs_stands_for_what_it_says() -> None:
    page = (Path(__file__).parents[2] / "docs/series.md").read_text("utf-8")
    text = page.split("```yaml\n")[1].split("```")[0]
    tree = Repository({"ports": ports("sgp", "kul")}, ports=text).tree()
    assert len(bought(tree)) == 8
