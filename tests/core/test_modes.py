"""What is known of modes: numbers with sources, which a team can override."""

from typing import Any

import pytest

from satops.core.order.modes import KEYS, Modes, Threshold
from satops.errors import UsageError
from satops.offers.eo_imagery import EO_IMAGERY
from satops.offers.eo_imagery.modes import MODES
from tests.core.checks.making import modes


def value(known: Modes, provider: str, number: int | None, field: str) -> float | None:
    mode = "" if number is None else MODES[number].name
    threshold: Threshold | None = getattr(known.rules(provider, mode), field)
    return None if threshold is None else threshold.value


def overridden(text: Any) -> Modes:
    return modes().overridden_by(text, "modes.yaml", EO_IMAGERY.modes)


def test_no_number_that_ships_is_confirmed_and_each_has_a_source() -> None:
    for mode in MODES.values():
        rules = modes().rules(mode.provider, mode.name)
        for field in KEYS.values():
            threshold = getattr(rules, field)
            assert threshold is None or (threshold.source and not threshold.confirmed)


def test_what_nobody_published_has_no_number() -> None:
    assert value(modes(), "tianyi", 7, "swath_km") is None
    assert value(modes(), "changguang", 2, "max_area_km2") is None


def test_an_order_without_a_mode_has_its_providers_numbers() -> None:
    assert value(modes(), "changguang", None, "min_sun_deg") == 0
    assert value(modes(), "tianyi", None, "min_sun_deg") is None
    assert value(modes(), "changguang", None, "swath_km") is None


def test_the_nearest_scope_wins() -> None:
    known = overridden(
        {
            "every": {"minBillableKm2": 10},
            "changguang": {"every": {"minBillableKm2": 20}, "high": {"minBillableKm2": 30}},
        }
    )
    found = [value(known, p, n, "min_billable_km2") for p, n in (("tianyi", 4), ("changguang", 1))]
    assert [*found, value(known, "changguang", 3, "min_billable_km2")] == [10, 20, 30]


def test_a_teams_file_wins_as_a_whole_over_what_ships() -> None:
    known = overridden({"every": {"swathKm": 7}})
    assert value(known, "tianyi", 4, "swath_km") == 7
    assert value(known, "tianyi", 4, "max_length_km") == 5


def test_null_turns_a_number_off() -> None:
    known = overridden({"every": {"minBillableKm2": None}, "tianyi": {"spotlight": None}})
    assert value(known, "changguang", 1, "min_billable_km2") is None
    assert value(known, "tianyi", 4, "swath_km") == 5


@pytest.mark.parametrize(
    ("written", "source", "confirmed"),
    [
        (9, "modes.yaml", True),
        ({"value": 9}, "modes.yaml", True),
        ({"value": 9, "source": "contract", "confirmed": False}, "contract", False),
    ],
)
def test_a_teams_number_may_name_its_source(written: Any, source: str, *, confirmed: bool) -> None:
    threshold = (
        overridden({"every": {"leadTimeH": written}}).rules("tianyi", "spotlight").lead_time_h
    )
    assert threshold == Threshold(9, source, confirmed)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ([], "the top level must be a mapping"),
        ({"jilin": {}}, "'jilin' is not a provider. Known are: every, changguang, tianyi."),
        ({"tianyi": {"high": {}}}, "'high' is not a mode of tianyi"),
        ({"tianyi": 5}, "tianyi must be a mapping"),
        ({"every": {"swath": 5}}, "every.swath is not known"),
        ({"every": {"swathKm": "5"}}, "every.swathKm must be a number, not '5'"),
        ({"every": {"swathKm": True}}, "must be a number"),
        ({"every": {"swathKm": float("nan")}}, "must be a number"),
        ({"every": {"swathKm": -5}}, "must not be below 0"),
        ({"every": {"swathKm": 0}}, "must be above 0"),
        ({"every": {"swathKm": {"source": "x"}}}, "must be a number, null, or have `value`"),
        ({"every": {"swathKm": {"value": 1, "unit": "m"}}}, "must be a number, null, or have"),
        ({"format": "satops.modes/9"}, "this satops reads 'satops.modes/1'"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(text: Any, said: str) -> None:
    with pytest.raises(UsageError) as raised:
        overridden(text)
    assert str(raised.value).startswith("modes.yaml: ")
    assert said in str(raised.value)


def test_an_empty_file_changes_nothing() -> None:
    assert overridden(None).rules("tianyi", "spotlight") == modes().rules("tianyi", "spotlight")
