"""What a verb ends with when the account cannot be seen: 6 while an order is in doubt, else 8."""

import re
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from satops.errors import ExitCode
from satops.sandbox.server import Sandbox, serve_in_thread
from tests.cli.conftest import Satops

BLIND = (
    {"kind": "garbage", "on": "query"},
    {"kind": "garbage", "on": "detail"},
)


def in_doubt(satops: Satops) -> str:
    """Lose the answer to one order, and return its name."""
    rule = {"kind": "status", "status": 500, "on": "create", "count": 1}
    satops("apply", "--yes", environ=satops.faults(rule))
    orders = satops("list", "--json").json["orders"]
    (name,) = (order["name"] for order in orders if order["state"] == "in-doubt")
    return str(name)


def test_with_an_order_in_doubt_a_look_that_fails_ends_with_6(satops: Satops) -> None:
    name = in_doubt(satops)
    for arguments in (
        ("reconcile",),
        ("refresh",),
        ("apply", "--yes"),
        ("resolve", name, "--placed", "PROG_1", "--yes"),
        ("resolve", name, "--not-placed", "--because", "x", "--yes"),
        ("adopt", "other", "PROG_1", "--because", "x", "--yes"),
    ):
        ran = satops(*arguments, environ=satops.faults(*BLIND))
        assert ran.code == ExitCode.IN_DOUBT, (arguments, ran.err)


def test_with_nothing_in_doubt_it_ends_with_8(satops: Satops) -> None:
    assert satops("apply", "--yes").code == ExitCode.DONE
    for verb in ("refresh", "reconcile"):
        assert satops(verb, environ=satops.faults(*BLIND)).code == ExitCode.MARKETPLACE


def test_apply_that_cannot_see_the_account_sends_nothing_and_ends_with_8(satops: Satops) -> None:
    ran = satops("apply", "--yes", "--json", environ=satops.faults(*BLIND))
    assert ran.code == ExitCode.MARKETPLACE
    assert {order["outcome"] for order in ran.json["orders"]} == {"not-seen"}
    assert satops("apply", "--yes", "--json").json["summary"]["placed"] == 3


def test_apply_says_what_it_left_alone_of_earlier_runs_and_until_when(satops: Satops) -> None:
    name = in_doubt(satops)
    ran = satops("apply", "--yes", "--json")
    assert ran.code == ExitCode.IN_DOUBT
    (left,) = ran.json["settled"]
    assert (left["name"], left["settled"]) == (name, None)
    assert 0 < left["wait_s"] <= 1202  # intentS + waitS, in whole seconds of the ledger
    assert ran.json["open"] == [name]
    assert "at the earliest" in satops("apply", "--yes").out


def test_an_open_order_is_a_change_to_look_at_for_a_plan(satops: Satops) -> None:
    in_doubt(satops)
    planned = satops("plan", "--detailed-exitcode")
    assert planned.code == ExitCode.CHANGES
    assert "In doubt: 1 order" in planned.out
    assert "Nothing to do" not in planned.out


@pytest.fixture
def market(satops: Satops, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A marketplace that does not say that it is a sandbox, and a ledger for it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("satops.sandbox.app.SANDBOX_HEADER", b"server-of")
        with serve_in_thread(tmp_path_factory.mktemp("market") / "orders.sqlite") as served:
            satops.edit("satops.yaml", "url: sandbox", f"url: {served.url}")
            for spec in (satops.root / "orders").glob("*.yaml"):
                text = re.sub("^labels: .*$", "", spec.read_text("utf-8"), flags=re.MULTILINE)
                spec.write_text(text, "utf-8")
            satops.environ["SATOPS_TOKEN"] = "any"
            assert satops("ledger", "start", "--also-buy", "all", "--yes").code == ExitCode.DONE
            yield served


def test_through_the_token_of_another_user_apply_buys_nothing(
    satops: Satops, market: Sandbox
) -> None:
    (first, *others) = sorted(o["name"] for o in satops("plan", "--json").json["actions"])
    assert satops("apply", first, "--yes").code == ExitCode.DONE
    market.store.options = replace(market.store.options, account="somebody")
    ran = satops("apply", "--yes", "--json")
    assert ran.code == ExitCode.MARKETPLACE
    assert "token of another account" in ran.json["account"]["why_not"]
    assert len(market.store.bought()) == 1
    market.store.options = replace(market.store.options, account="")
    assert satops("apply", "--yes", "--json").json["summary"]["placed"] == len(others)


def test_a_total_that_counts_too_much_buys_nothing_until_a_setting_allows_for_it(
    satops: Satops, market: Sandbox
) -> None:
    market.store.options = replace(market.store.options, total_above=2)
    ran = satops("apply", "--yes", "--json")
    assert ran.code == ExitCode.MARKETPLACE
    assert "reconcile.shortBy" in ran.json["account"]["why_not"]
    assert market.store.bought() == {}
    with (satops.root / "satops.yaml").open("a") as config:
        config.write("reconcile: {shortBy: 2}\n")
    assert satops("apply", "--yes").code == ExitCode.DONE
