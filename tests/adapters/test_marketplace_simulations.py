"""Simulations over HTTP: what is read of them, and what the order of a result proves."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from satops.adapters.marketplaces.eo_imagery import HttpMarketplace
from satops.adapters.marketplaces.eo_imagery.answer import Answer
from satops.adapters.marketplaces.eo_imagery.simulations import (
    ROWS_MAX,
    outcome_of_result,
    read_simulation,
    row_sha256,
)
from satops.core.order.passes import Pass, Progress
from satops.core.order.submission import InDoubt, Outcome, Receipt, Rejection
from satops.errors import MarketplaceUnreachable, NotSimulated
from satops.sandbox.faults import Faults, Kind, Rule
from satops.sandbox.options import Options
from satops.sandbox.server import serve_in_thread
from tests.adapters.marketplaces import SECRET, client, request_of

USED = "Simulation result not found or already used"
RING = [[1, 2], [3, 2], [3, 4], [1, 2]]
SWATH = ((1.0, 2.0), (3.0, 2.0), (3.0, 4.0), (1.0, 2.0))


def proven(status: int, body: Any) -> Outcome:
    """Return what an answer to createFromSimulation proves."""
    text = body if isinstance(body, str) else json.dumps(body)
    return outcome_of_result(Answer(status, {}, text.encode()), datetime.now(UTC))


@pytest.mark.parametrize(
    "message", [USED, "结果不存在或已使用", "", None, "Satellite not available"]
)
@pytest.mark.parametrize(("status", "code"), [(200, 400), (400, 400), (404, 404), (422, 422)])
def test_a_refusal_in_the_marketplace_s_own_words_is_a_doubt(
    status: int, code: int, message: Any
) -> None:
    outcome = proven(status, {"code": code, "message": message, "data": None})
    assert isinstance(outcome, InDoubt)
    assert outcome.used


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, {"code": 200, "message": "success", "data": {"orderNo": "A-1"}}, Receipt),
        (401, {"code": 401, "message": "Unauthorized", "data": None}, Rejection),
        (200, {"code": 403, "message": "no", "data": None}, Rejection),
        (429, {"code": 429, "message": "slow down", "data": None}, Rejection),
        (400, "<html>Bad Request</html>", Rejection),
    ],
)
def test_other_answers_prove_what_they_prove_of_a_create(
    status: int, body: Any, kind: type[Outcome]
) -> None:
    assert isinstance(proven(status, body), kind)


@pytest.mark.parametrize("status", [408, 409, 500, 502, 503])
def test_what_proves_nothing_is_a_doubt_that_is_not_called_used(status: int) -> None:
    outcome = proven(status, {"code": status, "message": "busy", "data": None})
    assert isinstance(outcome, InDoubt)
    assert not outcome.used


def read(row: dict[str, Any], zone: timezone = UTC) -> Pass:
    found = read_simulation({"taskNo": "SIM_1", "status": 2, "content": [row]}, zone)
    assert found is not None
    (only,) = found.passes
    return only


@pytest.mark.parametrize(
    ("field", "value", "attribute", "expected"),
    [
        ("startTime", "2030-01-01 03:00:00", "start", "2030-01-01T01:00:00Z"),
        ("startTime", "2030-01-01T03:00:00Z", "start", "2030-01-01T03:00:00Z"),
        ("startTime", "soon", "start", None),
        ("startTime", None, "start", None),
        ("satName", None, "satellite", "S7"),
        ("satName", "a\x1b[31mb", "satellite", "a\\x1b[31mb"),
        ("direction", "A", "orbit", "ascending"),
        ("direction", "d", "orbit", "descending"),
        ("direction", "polar", "orbit", "polar"),
        ("trackDirection", "L", "look", "left"),
        ("optimalAng", "12.5", "angle", 12.5),
        ("optimalAng", "NaN", "angle", None),
        *(("thisCoverage", text, "coverage", text) for text in ("0.61", "61", "61%", "")),
        ("thisCoverage", 0.61, "coverage", "0.61"),
        ("thisCoverage", None, "coverage", ""),
        ("allSwathLonLat", json.dumps(RING), "swath", SWATH),
        ("allSwathLonLat", json.dumps(RING[:3]), "swath", SWATH),
        ("allSwathLonLat", json.dumps({"type": "Polygon", "coordinates": [RING]}), "swath", SWATH),
        ("allSwathLonLat", [RING], "swath", SWATH),
        ("allSwathLonLat", json.dumps([[1, 2], [3, 400], [3, 4]]), "swath", None),
        ("allSwathLonLat", json.dumps([[1, 2], [3, 4]]), "swath", None),
        ("allSwathLonLat", json.dumps(RING * 500), "swath", None),
        ("allSwathLonLat", "1,2;3,4", "swath", None),
        ("allSwathLonLat", None, "swath", None),
    ],
)
def test_a_row_is_read_with_tolerance(
    field: str, value: object, attribute: str, expected: object
) -> None:
    row = {"id": 7, "satName": "BC5", "satId": "S7", field: value}
    assert getattr(read(row, timezone(timedelta(hours=2))), attribute) == expected


def test_the_digest_of_a_row_is_of_its_content_whatever_the_order_of_its_keys() -> None:
    row = {"id": 7, "satName": "BC5"}
    assert read(row).sha256 == read(dict(reversed(row.items()))).sha256 == row_sha256(row)
    assert read(row).sha256 != read({**row, "active": "0"}).sha256


@pytest.mark.parametrize("data", [None, [], {}, {"status": None}, {"status": "done"}])
def test_what_has_no_status_is_no_simulation(data: object) -> None:
    assert read_simulation(data, UTC) is None


def test_rows_that_name_no_result_and_rows_without_end_are_counted() -> None:
    rows: list[Any] = [{"id": None}, {"id": "x"}, 7, None, *({"id": n} for n in range(ROWS_MAX))]
    found = read_simulation({"status": "2", "content": rows}, UTC)
    assert found is not None
    assert found.is_over
    assert len(found.passes) == ROWS_MAX - 4
    assert found.unreadable == 5


def simulation_of(mode: int) -> bytes:
    """Return a simulation's request: dates with a space."""
    fields = json.loads(request_of(mode))
    for name in ("startDate", "endDate"):
        fields[name] = fields[name].replace("T", " ")
    return json.dumps(fields).encode()


def test_a_result_is_ordered_once_and_the_second_order_is_a_doubt(tmp_path: Path) -> None:
    with serve_in_thread(tmp_path / "s.db", options=Options(simulation_s=0)) as sandbox:
        market = client(sandbox.url)
        number = market.simulate(simulation_of(2))
        found = market.simulation(number)
        assert found is not None
        assert found.status == Progress.SUCCEEDED
        first = found.passes[0]
        assert first.simulation == number
        assert first.start is not None
        request = json.dumps({"resultId": first.result}).encode()
        placed, again = market.place_result(request), market.place_result(request)
        (listed,) = market.orders()
    assert placed == Receipt(listed.order_no)
    assert listed.simulation == number
    assert isinstance(again, InDoubt)
    assert again.used


def test_a_gateway_that_asks_twice_leaves_a_doubt_and_one_order(tmp_path: Path) -> None:
    rule = Rule(kind=Kind.UPSTREAM_RETRY, on="createFromSimulation")
    options = Options(simulation_s=0)
    with serve_in_thread(tmp_path / "s.db", faults=Faults([rule]), options=options) as sandbox:
        market = client(sandbox.url)
        found = market.simulation(market.simulate(simulation_of(2)))
        assert found is not None
        request = json.dumps({"resultId": found.passes[0].result}).encode()
        outcome = market.place_result(request)
        bought = sandbox.store.orders()
    assert isinstance(outcome, InDoubt)
    assert len(bought) == 1


def test_a_simulation_that_is_not_there_is_none(tmp_path: Path) -> None:
    with serve_in_thread(tmp_path / "s.db") as sandbox:
        assert client(sandbox.url).simulation("SIM_1") is None


def test_a_simulation_is_asked_for_once_where_the_answer_is_lost(tmp_path: Path) -> None:
    faults = Faults([Rule(kind=Kind.CLOSE, on="simulation")])
    with serve_in_thread(tmp_path / "s.db", faults=faults) as sandbox:
        with pytest.raises(MarketplaceUnreachable):
            client(sandbox.url).simulate(simulation_of(2))
        assert len(sandbox.store.requests("/simulation/create")) == 1


def test_a_simulation_is_asked_for_again_where_it_was_not_taken(tmp_path: Path) -> None:
    rule = Rule(kind=Kind.STATUS, on="simulation", status=429, retry_after="0", count=1)
    with serve_in_thread(tmp_path / "s.db", faults=Faults([rule])) as sandbox:
        assert client(sandbox.url).simulate(simulation_of(2)).startswith("SIM_")


def test_a_refused_simulation_says_why_in_the_marketplace_s_words(tmp_path: Path) -> None:
    with serve_in_thread(tmp_path / "s.db") as sandbox:
        market: HttpMarketplace = client(sandbox.url)
        with pytest.raises(NotSimulated, match=r"^provider is required$"):
            market.simulate(b"{}")


def test_an_answer_that_echoes_the_token_shows_it_nowhere(tmp_path: Path) -> None:
    rule = Rule(kind=Kind.STATUS, on="createFromSimulation", status=400, message=SECRET)
    with serve_in_thread(tmp_path / "s.db", faults=Faults([rule])) as sandbox:
        outcome = client(sandbox.url).place_result(b'{"resultId":1}')
    assert SECRET not in repr(outcome)
    assert isinstance(outcome, InDoubt)
