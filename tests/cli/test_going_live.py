"""From the sandbox to a marketplace: one ledger each, and nothing is bought by surprise."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from satops.errors import ExitCode
from satops.sandbox.app import SANDBOX_HEADER
from satops.sandbox.server import Sandbox, serve_in_thread
from tests.cli.conftest import Satops

LEDGER = "state/ledger.jsonl"
TOKEN = {"SATOPS_TOKEN": "any"}


@pytest.fixture
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A marketplace that does not say that it is a sandbox."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("satops.sandbox.app.SANDBOX_HEADER", b"server-of")
        with serve_in_thread(tmp_path_factory.mktemp("market") / "orders.sqlite") as served:
            yield served


def events(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def live(satops: Satops, market: Sandbox) -> None:
    """Let satops.yaml name the marketplace."""
    satops.edit("satops.yaml", "url: sandbox", f"url: {market.url}")


def test_a_ledger_names_its_marketplace_and_so_does_each_run(satops: Satops) -> None:
    satops("apply", "--yes")
    started, *rest = events(satops.root / LEDGER)
    assert started["marketplace"] == "sandbox"
    runs = [event for event in rest if event["kind"] == "RunStarted"]
    assert [run["marketplace"] for run in runs] == ["sandbox"]


def test_orders_of_the_sandbox_do_not_count_at_a_marketplace(
    satops: Satops, market: Sandbox
) -> None:
    satops("apply", "--yes")
    live(satops, market)
    for command in (["apply", "--yes"], ["reconcile"], ["refresh"]):
        ran = satops(*command, environ=TOKEN)
        assert ran.code == ExitCode.USAGE
        assert "satops ledger start" in ran.err
    assert market.store.bought() == {}


def test_a_ledger_for_a_marketplace_is_begun_beside_the_sandboxs_and_buys_only_what_is_named(
    satops: Satops, market: Sandbox
) -> None:
    satops("apply", "--yes")
    live(satops, market)
    refused = satops("ledger", "start", "--yes")
    assert refused.code == ExitCode.REFUSED
    for order in ("hanoi", "mekong-flood", "da-nang-port"):
        assert order in refused.err
    begun = satops("ledger", "start", "--also-buy", "all", "--yes", "--json")
    assert begun.code == ExitCode.DONE
    assert begun.json["state"] == "file:state/ledger-127.0.0.1.jsonl"
    assert "state: file:state/ledger-127.0.0.1.jsonl" in (satops.root / "satops.yaml").read_text()
    (started,) = events(satops.root / "state/ledger-127.0.0.1.jsonl")
    assert started["marketplace"] == market.url


def test_a_sample_is_held_where_orders_cost_money(satops: Satops, market: Sandbox) -> None:
    live(satops, market)
    assert satops("ledger", "start", "--also-buy", "all", "--yes").code == ExitCode.DONE
    ran = satops("apply", "--yes", "--json", environ=TOKEN)
    assert ran.json["summary"]["expected"] == 0
    actions = satops("plan", "--json").json["actions"]
    assert {action["action"] for action in actions} == {"hold"}
    assert "a sample" in actions[0]["reason"]
    assert market.store.bought() == {}


def test_an_address_on_this_machine_that_says_so_is_the_sandbox(
    satops: Satops, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert SANDBOX_HEADER == b"x-satops-sandbox"
    database = tmp_path_factory.mktemp("served") / "orders.sqlite"
    with serve_in_thread(database) as served:
        live(satops, served)
        ran = satops("apply", "--yes", "--json", environ=TOKEN)
        assert ran.json["summary"]["placed"] == 3
        assert len(served.store.bought()) == 3


def test_a_marketplace_that_moves_is_said_by_a_person_and_must_show_the_orders(
    satops: Satops, market: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> None:
    live(satops, market)
    for spec in (satops.root / "orders").glob("*.yaml"):
        spec.write_text(spec.read_text("utf-8").replace(', sample: "yes"', ""), "utf-8")
    assert satops("ledger", "start", "--yes").code == ExitCode.DONE
    assert satops("apply", "--yes", environ=TOKEN).code == ExitCode.DONE
    with serve_in_thread(tmp_path_factory.mktemp("other") / "orders.sqlite") as other:
        satops.edit("satops.yaml", market.url, other.url)
        assert satops("apply", "--yes", environ=TOKEN).code == ExitCode.USAGE
        call = ["ledger", "moved", "--because", "a new host", "--yes", "--to"]
        refused = satops(*call, other.url, environ=TOKEN)
        assert refused.code in (ExitCode.REFUSED, ExitCode.USAGE)
        assert satops(*call, "sandbox", environ=TOKEN).code in (ExitCode.REFUSED, ExitCode.USAGE)


def test_a_ledger_that_names_no_marketplace_is_bound_by_a_person(satops: Satops) -> None:
    satops("apply", "--yes")
    ledger = satops.root / LEDGER
    from satops.core.ledger.chain import EMPTY, encode
    from satops.core.ledger.events import Event, LedgerStarted, OrderAdopted
    from tests.chains import AT

    old: list[Event] = [
        LedgerStarted("f" * 32, "satops 0.1"),
        OrderAdopted("x", "N1", "me", "before"),
    ]
    lines, _ = encode(old, head=EMPTY, time=AT, run="r")
    ledger.write_bytes(b"".join(line + b"\n" for line in lines))
    stopped = satops("apply", "--yes")
    assert stopped.code == ExitCode.USAGE
    assert "satops ledger moved --to sandbox --because TEXT" in stopped.err
    call = ["ledger", "moved", "--to", "sandbox", "--because", "it is the sandbox's", "--yes"]
    assert satops(*call, "--unchecked").code == ExitCode.DONE
    assert satops("apply", "--yes").code in (ExitCode.DONE, ExitCode.REFUSED)
