"""Which files need not be read again, because the ledger holds their bytes as placed."""

from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace

from satops.core.ledger.events import Event, SubmissionIntended
from satops.core.ledger.kept import KeptSpec, KeptSpecs
from satops.core.ledger.state import LedgerState
from tests.chains import STARTED, chain, intended, placed

SHA, AOI = "a" * 64, "b" * 64


def _from(name: str, **source: Any) -> SubmissionIntended:
    made: dict[str, Any] = {
        "file": "orders/a.yaml", "line": 3, "sha256": SHA, "document": 0, "documents": 1,
        "includes": [], "timezone": "UTC", **source,
    }  # fmt: skip
    event = intended(name, max_cloud=len(name))
    return replace(event, source=made)


def _kept(*events: Event, zone: str | None = "UTC") -> KeptSpecs:
    state = LedgerState()
    state.fold(chain(STARTED, *events)[0])
    return KeptSpecs(state, zone)


def _nothing(ref: str) -> str | None:
    return None


def test_a_file_with_the_bytes_of_a_placed_order_is_kept_wherever_it_stands() -> None:
    kept = _kept(_from("a"), placed("a"))
    assert kept.find("elsewhere/b.yaml", SHA, _nothing) == [KeptSpec("a", "elsewhere/b.yaml", 3)]


def test_other_bytes_are_read() -> None:
    assert _kept(_from("a"), placed("a")).find("orders/a.yaml", AOI, _nothing) is None


def test_an_order_that_is_not_placed_is_read() -> None:
    assert _kept(_from("a")).find("orders/a.yaml", SHA, _nothing) is None


def test_another_time_zone_may_mean_another_order() -> None:
    assert _kept(_from("a"), placed("a"), zone="UTC+07:00").find("a", SHA, _nothing) is None
    assert _kept(_from("a"), placed("a"), zone=None).find("a", SHA, _nothing) is None


@pytest.mark.parametrize(("now", "same"), [(AOI, True), (SHA, False), (None, False)])
def test_the_files_that_a_spec_refers_to_must_be_the_same(now: str | None, *, same: bool) -> None:
    includes = [{"ref": "../aois/x.geojson", "sha256": AOI}]
    kept = _kept(_from("a", includes=includes), placed("a"))
    asked: list[str] = []

    def included(ref: str) -> str | None:
        asked.append(ref)
        return now

    assert (kept.find("orders/a.yaml", SHA, included) is not None) is same
    assert asked == ["../aois/x.geojson"]


def test_every_document_of_a_file_must_be_placed() -> None:
    first, second = _from("a", documents=2), _from("bb", documents=2, document=1, line=9)
    assert _kept(first, placed("a")).find("f", SHA, _nothing) is None
    both = _kept(first, placed("a"), second, placed("bb"))
    assert both.find("f", SHA, _nothing) == [KeptSpec("a", "f", 3), KeptSpec("bb", "f", 9)]


def _member(key: str, members: int = 3, **source: Any) -> SubmissionIntended:
    return replace(
        _from(f"s.{key}", **source),
        series="s", keys=(("k", key),), axes=({"name": "k", "kind": "keys"},), members=members,
    )  # fmt: skip


def _placed_members(*members: SubmissionIntended) -> KeptSpecs:
    return _kept(*(event for each in members for event in (each, placed(each.name))))


def test_a_series_is_known_only_when_every_member_is_placed_under_its_bytes() -> None:
    both = _member("a"), _member("bb")
    assert _placed_members(*both).find("f", SHA, _nothing) is None
    assert _placed_members(*both, _member("ccc", sha256=AOI)).find("f", SHA, _nothing) is None
    found = _placed_members(*both, _member("ccc")).find("f", SHA, _nothing)
    assert found == [KeptSpec(f"s.{key}", "f", 3, "s") for key in ("a", "bb", "ccc")]


def test_one_placed_member_never_makes_a_file_known() -> None:
    assert _placed_members(_member("a")).find("f", SHA, _nothing) is None
    assert _placed_members(_member("a", members=1)).find("f", SHA, _nothing) is not None


def test_members_of_which_nobody_knows_how_many_there_are_are_read() -> None:
    adopted = replace(_member("a", members=1), members=None)
    assert _placed_members(adopted).find("f", SHA, _nothing) is None


def test_another_release_of_the_zone_rules_may_mean_other_windows() -> None:
    member = _member("a", members=1, zone_rules="2031a")
    state = LedgerState()
    state.fold(chain(STARTED, member, placed("s.a"))[0])
    for now, is_known in (("2031a", True), ("2031b", False)):
        found = KeptSpecs(state, "UTC", partial(str, now)).find("f", SHA, _nothing)
        assert (found is not None) is is_known
