"""A second marketplace is one folder in offers/ and one in adapters/marketplaces/: the whole way.

How: an offer and a marketplace of the test are put into the two tables, and the command line does
all the rest.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from satops.adapters import marketplaces, webhook
from satops.adapters.files import schemas
from satops.cli.plan import FORMATS
from satops.offers import OFFERS
from tests.cli.conftest import Satops
from tests.offers.flights.hangar import Hangar
from tests.offers.flights.offer import FLIGHTS

CONFIG = """\
marketplace: {kind: flights, url: https://flights.invalid}
timezone: UTC
state: file:state/ledger.jsonl
orders: orders/
prices: {currency: EUR, perKm2: 30}
"""
SPEC = """\
name: NAME
labels: {team: agronomy}
order:
  provider: kestrel
  geometry: {bbox: [EAST, 45.00, EAST9, 45.02]}
  startDate: 2035-05-01T06:00Z
  endDate: 2035-05-02T18:00Z
  heightM: 80
"""
STATUSES = {"vines": "landed", "olives": "grounded"}


def spec(name: str, east: str = "5.1", **lines: str) -> str:
    more = "".join(f"  {key}: {value}\n" for key, value in lines.items())
    return SPEC.replace("NAME", name).replace("EAST", east) + more


@pytest.fixture
def hangar() -> Hangar:
    return Hangar()


@pytest.fixture
def flying(
    hangar: Hangar,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Satops:
    """A repository of flights whose ledger has begun."""
    local = tmp_path_factory.mktemp("local")
    empty = Satops(tmp_path, capsys, {"SATOPS_LOCAL": str(local), "SATOPS_TOKEN": "a-token"})
    monkeypatch.setitem(OFFERS, "flights", FLIGHTS)
    monkeypatch.setitem(marketplaces.CLIENTS, "flights", lambda *_: hangar)
    folder = Path(__file__).parent / "flights" / "schema"
    monkeypatch.setattr(schemas, "_FOLDERS", (*schemas._FOLDERS, folder))
    (empty.root / "satops.yaml").write_text(CONFIG)
    (empty.root / "orders").mkdir()
    (empty.root / "orders" / "vines.yaml").write_text(spec("vines"))
    started = empty("ledger", "start", "--yes", "--also-buy", "all")
    assert started.code == 0, started.err
    return empty


def test_its_fields_are_read_and_its_checks_are_made(flying: Satops) -> None:
    assert flying("validate").code == 0
    (flying.root / "orders" / "low.yaml").write_text(spec("low").replace("80", "5"))
    wrong = flying("validate")
    assert wrong.code == 3
    assert "order.heightM" in wrong.out
    (flying.root / "orders" / "low.yaml").write_text(
        spec("low", "5.3", camera="thermal").replace("80", "120")
    )
    assert "S90" in flying("validate").out
    assert "thermal camera at a height" in flying("explain", "S90").out
    assert "S90" in flying("explain").out
    assert "S02" not in flying("explain").out


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_of_a_plan_shows_it(flying: Satops, form: str) -> None:
    shown = flying("plan", "--format", form)
    assert shown.code == 0, shown.err
    if form in ("text", "json", "markdown", "geojson", "summary"):
        assert "colour" in shown.out or form == "summary"
    if form == "json":
        (action,) = shown.json["actions"]
        assert (action["provider"], action["mode"]) == ("kestrel", "colour")
        assert action["request"]["camera"] == "COLOUR"


def test_it_is_bought_once_and_every_report_tells_of_it(flying: Satops, hangar: Hangar) -> None:
    applied = flying("apply", "--yes")
    assert applied.code == 0, applied.err + applied.out
    assert flying("apply", "--yes").code == 0
    assert len(hangar.requests) == 1
    lines = (flying.root / "state" / "ledger.jsonl").read_text().splitlines()
    (intent,) = [it for it in map(json.loads, lines) if it["kind"] == "SubmissionIntended"]
    assert intent["order"]["version"] == "flight-order/1"
    assert intent["order"]["heightM"] == 80
    assert intent["request"].encode() == hangar.requests[0]
    for verb in (
        ("list",), ("list", "--json"), ("list", "--format", "csv"), ("list", "--format", "geojson"),
        ("show", "vines"), ("show", "vines", "--json"), ("history",), ("verify",),
    ):  # fmt: skip
        told = flying(*verb)
        assert told.code == 0, (verb, told.err)
        if verb[0] in ("list", "show"):
            assert "FLIGHT_1" in told.out, verb
    assert flying("report", "--out", "report.html").code == 0
    assert "colour" in (flying.root / "report.html").read_text("utf-8")


def test_its_statuses_are_its_own(
    flying: Satops, hangar: Hangar, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, Any]] = []

    def post(environ: object, variable: str, body: bytes) -> str:
        told.append(json.loads(body))
        return ""

    monkeypatch.setattr(webhook, "post_to", post)
    flying.edit("satops.yaml", "timezone", "notify: [{addressFrom: SATOPS_HOOK}]\ntimezone")
    (flying.root / "orders" / "olives.yaml").write_text(spec("olives", "5.5"))
    assert flying("apply", "--yes").code == 0
    assert "booked" in flying("refresh").out
    hangar.sold = [
        replace(order, status=2 if "5.5" in str(order.geometry) else 6) for order in hangar.sold
    ]
    seen = flying("refresh", "--json").json
    assert {it["name"]: it["word"] for it in seen["observed"]} == STATUSES
    assert seen["failed"] == ["olives"]
    assert {it["name"]: it["status"] for it in flying("list", "--json").json["orders"]} == STATUSES
    assert "1 order:" in flying("list", "--status", "landed").out
    assert "grounded (2)" in flying("show", "olives").out
    assert flying("show", "vines", "--json").json["ledger"]["status"] == "landed"
    assert {it["name"]: it["what"] for it in told[-1]["orders"]} == {
        "vines": "delivered", "olives": "failed",
    }  # fmt: skip
    assert flying("download", "--to", "here").code == 0
    assert [path.parent.name for path in flying.root.glob("here/*/*.tif")] == ["vines"]
    items = {path.parent.name: path.read_text() for path in flying.root.glob("here/*/*.json")}
    assert '"order:status":"succeeded"' in items["vines"]
    assert '"order:status":"failed"' in items["olives"]


def test_an_edit_is_told_in_its_words(flying: Satops) -> None:
    assert flying("apply", "--yes").code == 0
    flying.edit("orders/vines.yaml", "heightM: 80", "heightM: 90")
    assert "heightM: 80 m → 90 m" in flying("plan").out


@pytest.mark.parametrize("shown", [80, 70])
def test_a_lost_answer_is_settled_by_its_own_comparison(
    flying: Satops, hangar: Hangar, shown: int
) -> None:
    assert flying("apply", "--yes").code == 0
    (flying.root / "orders" / "olives.yaml").write_text(spec("olives", "5.5"))
    hangar.loses = True
    assert flying("apply", "--yes", "--no-wait").code == 6
    hangar.sold[-1].terms["heightM"] = shown  # type: ignore[index]
    looked = flying("reconcile")
    assert looked.code == (0 if shown == 80 else 6), looked.out + looked.err
    (olives,) = [it for it in flying("list", "--json").json["orders"] if it["name"] == "olives"]
    assert olives["order_no"] == ("FLIGHT_2" if shown == 80 else None)
    assert len(hangar.requests) == 2
