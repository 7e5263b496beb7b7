"""Yesterday's ledger is put back: what was bought since then is not bought again."""

from dataclasses import dataclass

import pytest

from satops.errors import ExitCode
from tests.cli.conftest import Satops

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
    return Restored(satops, {order["name"]: order["order_no"] for order in report["orders"]})


def test_apply_refuses_what_the_account_holds_already(restored: Restored) -> None:
    ran = restored.satops("apply", "--yes")
    assert ran.code == ExitCode.REFUSED
    assert "The account holds orders that the ledger does not know" in ran.err
    for name, number in restored.bought.items():
        assert f"{name} as {number}" in ran.err
    assert restored.foreign() == set(restored.bought.values())


def test_one_order_that_is_recorded_does_not_hide_the_others(restored: Restored) -> None:
    first, *others = restored.bought
    restored.adopt(first)
    restored.satops("refresh")
    ran = restored.satops("apply", "--yes")
    assert ran.code == ExitCode.REFUSED
    assert first not in ran.err
    assert all(name in ran.err for name in others)
    assert restored.foreign() == {restored.bought[name] for name in others}


def test_when_all_are_recorded_apply_has_nothing_to_do(restored: Restored) -> None:
    for name in restored.bought:
        restored.adopt(name)
    ran = restored.satops("apply", "--yes", "--json")
    assert ran.code == ExitCode.DONE
    assert ran.json["summary"]["expected"] == 0
    assert restored.foreign() == set()


def test_a_ledger_that_was_begun_anew_is_held_against_the_whole_account(
    restored: Restored,
) -> None:
    (restored.satops.root / LEDGER).unlink()
    assert restored.satops("ledger", "start", "--yes").code == ExitCode.DONE
    assert restored.satops("apply", "--yes").code == ExitCode.REFUSED
    assert restored.foreign() == set(restored.bought.values())


def test_the_same_order_of_somebody_else_is_recorded_under_a_name_of_its_own(
    restored: Restored,
) -> None:
    for name in restored.bought:
        adopted = restored.satops(
            "adopt", f"theirs-{name}", restored.bought[name],
            "--because", "the other team's", "--yes",
        )  # fmt: skip
        assert adopted.code == ExitCode.DONE
    ran = restored.satops("apply", "--yes", "--json")
    assert ran.code == ExitCode.DONE
    assert ran.json["summary"]["placed"] == len(restored.bought)


def test_without_the_query_satops_says_what_it_cannot_know(restored: Restored) -> None:
    restored.satops.edit("satops.yaml", "url: sandbox", "url: sandbox\n  query: false")
    ran = restored.satops("apply", "--yes")
    assert "marketplace.query is off: orders that the ledger does not know would not be" in ran.err


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
