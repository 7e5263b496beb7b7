"""Yesterday's ledger is put back: what was bought since then is not bought again."""

from dataclasses import dataclass
from functools import partial

import pytest

from satops.errors import ExitCode
from satops.workflow.replay import require_own_appends
from tests.cli.conftest import Ran, Satops

LEDGER = "state/ledger.jsonl"


@dataclass
class Restored:
    """A repository whose orders are bought, with a ledger of before."""

    satops: Satops
    bought: dict[str, str]
    """Name to order number."""

    def adopt(self, name: str, *, under: str | None = None) -> None:
        adopted = self.satops(
            "adopt", under or name, self.bought[name], "--because", "restored ledger", "--yes"
        )
        assert adopted.code == ExitCode.DONE, adopted.err

    def foreign(self) -> set[str]:
        """Return the numbers of the account that the ledger does not know."""
        return {order["order_no"] for order in self.satops("reconcile", "--json").json["foreign"]}


@pytest.fixture
def restored(satops: Satops) -> Restored:
    before = (satops.root / LEDGER).read_bytes()
    report = satops("apply", "--yes", "--json").json
    (satops.root / LEDGER).write_bytes(before)
    for head in satops.local.glob("ledgers/*/head.json"):
        head.unlink()  # as on a machine that appended nothing
    return Restored(satops, {order["name"]: order["order_no"] for order in report["orders"]})


def outcomes(ran: Ran) -> dict[str, str]:
    return {order["name"]: order["outcome"] for order in ran.json["orders"]}


def test_the_machine_that_appended_more_stops_at_the_older_ledger(
    satops: Satops, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = partial(require_own_appends, behind_s=0)  # test_older_ledger gives the store its time
    monkeypatch.setattr("satops.workflow.begin.require_own_appends", at_once)
    before = (satops.root / LEDGER).read_bytes()
    assert satops("apply", "--yes").code == ExitCode.DONE
    (satops.root / LEDGER).write_bytes(before)
    for command in (["apply", "--yes"], ["refresh"], ["reconcile"]):
        ran = satops(*command)
        assert ran.code == ExitCode.LEDGER
        assert "the store is behind, or an older copy came back." in ran.err
        assert "satops ledger accept-older" in ran.err
    assert satops("plan").code == ExitCode.DONE


def test_apply_holds_what_the_account_holds_already(restored: Restored) -> None:
    for _ in range(3):
        ran = restored.satops("apply", "--yes", "--json")
        assert ran.code == ExitCode.INVALID
        assert outcomes(ran) == dict.fromkeys(restored.bought, "in-account")
        for name, number in restored.bought.items():
            assert f"satops adopt {name} {number}" in ran.out
    assert restored.foreign() == set(restored.bought.values())


def test_buying_another_order_does_not_release_what_is_held(restored: Restored) -> None:
    restored.satops("new", "another", "--sensor", "optical")
    spec = (restored.satops.root / "orders/hanoi.yaml").read_text()
    name = next(name for name in restored.bought if name.startswith("hanoi"))
    other = spec.replace(name, "another").replace("maxCloud: 20", "maxCloud: 35")
    (restored.satops.root / "orders/another.yaml").write_text(other)
    ran = restored.satops("apply", "--yes", "--json")
    assert outcomes(ran) == dict.fromkeys(restored.bought, "in-account") | {"another": "placed"}
    assert ran.code == ExitCode.INVALID
    again = restored.satops("apply", "--yes", "--json")
    assert outcomes(again) == dict.fromkeys(restored.bought, "in-account")


def test_one_order_that_is_recorded_does_not_hide_the_others(restored: Restored) -> None:
    first, *others = restored.bought
    restored.adopt(first)
    restored.satops("refresh")
    ran = restored.satops("apply", "--yes", "--json")
    assert ran.code == ExitCode.INVALID
    assert outcomes(ran) == dict.fromkeys(others, "in-account")
    assert restored.foreign() == {restored.bought[name] for name in others}


def test_when_all_are_recorded_apply_has_nothing_to_do(restored: Restored) -> None:
    for name in restored.bought:
        restored.adopt(name)
    ran = restored.satops("apply", "--yes", "--json")
    assert ran.code == ExitCode.DONE
    assert ran.json["summary"]["expected"] == 0
    assert restored.foreign() == set()


def test_an_order_of_somebody_else_is_called_foreign_and_ours_is_bought_as_well(
    restored: Restored,
) -> None:
    for number in restored.bought.values():
        noted = restored.satops("foreign", number, "--because", "the other team's", "--yes")
        assert noted.code == ExitCode.DONE
    assert restored.foreign() == set()
    ran = restored.satops("apply", "--yes", "--json")
    assert ran.code == ExitCode.DONE
    assert ran.json["summary"]["placed"] == len(restored.bought)


def test_a_look_that_fails_sends_nothing_new(restored: Restored) -> None:
    down = restored.satops.faults({"kind": "status", "status": 503, "on": "query"})
    ran = restored.satops("apply", "--yes", "--json", environ=down)
    assert ran.code == ExitCode.MARKETPLACE
    assert set(outcomes(ran).values()) == {"not-seen"}
    assert len(restored.foreign()) == len(restored.bought)


def test_without_the_query_a_person_must_say_which_orders_to_buy(restored: Restored) -> None:
    restored.satops.edit("satops.yaml", "url: sandbox", "url: sandbox\n  query: false")
    ran = restored.satops("apply", "--yes", "--json")
    assert ran.code == ExitCode.MARKETPLACE
    assert set(outcomes(ran).values()) == {"not-seen"}
    name = next(iter(restored.bought))
    refused = restored.satops("apply", "--unseen", "--because", "I looked", "--yes")
    assert refused.code == ExitCode.USAGE
    bought = restored.satops("apply", name, "--unseen", "--because", "I looked", "--yes", "--json")
    assert outcomes(bought) == {name: "placed"}


def test_a_ledger_with_cr_lf_is_called_so_and_its_bytes_come_back(satops: Satops) -> None:
    assert satops("apply", "--yes").code == ExitCode.DONE
    ledger = satops.root / "state/ledger.jsonl"
    whole = ledger.read_bytes()
    ledger.write_bytes(whole.replace(b"\n", b"\r\n"))
    for call in ("plan", "list", "verify"):
        ran = satops(call)
        assert ran.code == ExitCode.LEDGER
        assert "Line 1 of the ledger ends with CR LF." in ran.out + ran.err
        assert "    tr -d '\\r' < LEDGER > whole.jsonl" in ran.out + ran.err
    ledger.write_bytes(ledger.read_bytes().replace(b"\r", b""))
    assert ledger.read_bytes() == whole
    assert satops("verify").code == ExitCode.DONE


def test_a_ledger_that_was_merged_as_text_is_called_so_and_buys_nothing(satops: Satops) -> None:
    assert satops("apply", "--yes").code == ExitCode.DONE
    ledger = satops.root / "state/ledger.jsonl"
    first, *others = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(b"".join([first, b"<<<<<<< HEAD\n", *others, b"=======\n>>>>>>> other\n"]))
    ran = satops("apply", "--yes")
    assert ran.code == ExitCode.LEDGER
    assert "Line 2 of the ledger is a conflict marker of git, <<<<<<<." in ran.err
    assert "    satops adopt NAME ORDER_NO --because TEXT" in ran.err
