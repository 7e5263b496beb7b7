"""What the night fails on, and what it only notes: `reconcile --nightly` and `plan --nightly`."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from satops.errors import ExitCode
from satops.sandbox.faults import Kind, Rule
from satops.sandbox.server import Sandbox, serve_in_thread
from tests.cli.conftest import Ran, Satops

LEDGER = "state/ledger.jsonl"
GIT = ("git", "-c", "user.name=Test", "-c", "user.email=test@example.test")


@pytest.fixture
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox that outlives the runs, as a marketplace does."""
    with serve_in_thread(tmp_path_factory.mktemp("market") / "orders.sqlite") as served:
        yield served


@pytest.fixture
def team(satops: Satops, market: Sandbox) -> Satops:
    """Three orders in the tree, and an empty ledger."""
    satops.environ["SATOPS_TOKEN"] = "any"
    satops.edit("satops.yaml", "url: sandbox", f"url: {market.url}")
    return satops


def night(satops: Satops) -> Ran:
    return satops("reconcile", "--nightly")


def bought(satops: Satops) -> dict[str, str]:
    report = satops("apply", "--yes", "--json")
    assert report.code == ExitCode.DONE, report.err
    return {order["name"]: order["order_no"] for order in report.json["orders"]}


def bought_behind_the_ledger(satops: Satops) -> dict[str, str]:
    """Buy everything, and forget it: the orders are those of somebody else."""
    before = (satops.root / LEDGER).read_bytes()
    orders = bought(satops)
    (satops.root / LEDGER).write_bytes(before)
    for head in satops.local.glob("ledgers/*/head.json"):
        head.unlink()  # as on a machine that appended nothing
    return orders


def unlink(satops: Satops, name: str) -> None:
    (satops.root / f"orders/{name.rpartition('-20')[0]}.yaml").unlink()


def test_a_quiet_night_is_green(team: Satops) -> None:
    bought(team)
    ran = night(team)
    assert (ran.code, ran.out) == (ExitCode.DONE, "Nothing is in doubt.\n")


def test_an_order_in_doubt_fails(team: Satops, market: Sandbox) -> None:
    market.faults.replace([Rule(kind=Kind.STATUS, status=500, count=1)])
    assert team("apply", "--yes").code == ExitCode.IN_DOUBT
    assert night(team).code == ExitCode.IN_DOUBT


def test_an_order_of_the_account_that_fits_a_spec_fails_and_comes_first(team: Satops) -> None:
    (fitting, number), *others = sorted(bought_behind_the_ledger(team).items())
    for name, _ in others:
        unlink(team, name)
    ran = night(team)
    assert ran.code == ExitCode.INVALID
    lines = ran.out.splitlines()
    assert "3 orders that this ledger does not know" in lines[0]
    assert lines[1].strip().startswith(number)
    assert lines[1].endswith(f"which is {fitting}")
    assert team("reconcile").code == ExitCode.DONE
    # Nobody's spec: noted only.
    unlink(team, fitting)
    ran = night(team)
    assert ran.code == ExitCode.DONE
    assert number in ran.out
    for order_no in (number, *(order_no for _, order_no in others)):
        assert team("foreign", order_no, "--because", "the other team's", "--yes").code == 0
    assert night(team).out == "Nothing is in doubt.\n"


def test_an_order_of_ours_that_is_deleted_fails_while_the_tree_wants_it(
    team: Satops, market: Sandbox
) -> None:
    name, number = next(iter(bought(team).items()))
    assert market.store.mark(number, deleted=True)
    ran = night(team)
    assert ran.code == ExitCode.INVALID
    assert f"! {name}: the marketplace marks {number} as deleted." in ran.out
    shown = team("reconcile", "--json")
    assert shown.code == ExitCode.DONE
    assert shown.json["deleted"] == [{"name": name, "order_no": number, "wanted": True}]
    unlink(team, name)
    ran = night(team)
    assert ran.code == ExitCode.DONE
    assert f"{name}: the marketplace marks {number} as deleted; its spec is gone too." in ran.out


def test_what_the_marketplace_does_not_list_is_noted_and_an_account_that_is_not_seen_fails(
    team: Satops, market: Sandbox
) -> None:
    bought(team)
    adopt = team("adopt", "by-phone", "N1", "--because", "by phone", "--unchecked", "--yes")
    assert adopt.code == ExitCode.DONE, adopt.err
    assert night(team).code == ExitCode.DONE
    refreshed = team("refresh")
    assert refreshed.code == ExitCode.DONE
    assert "by-phone: the marketplace does not list this order" in refreshed.out
    market.faults.replace([Rule(on="query", kind=Kind.STATUS, status=503)])
    assert night(team).code == ExitCode.MARKETPLACE


def test_the_embedded_sandbox_ends_with_the_runner_and_the_night_is_green(satops: Satops) -> None:
    bought(satops)
    for database in satops.local.rglob("sandbox.sqlite*"):
        database.unlink()  # a fresh runner
    ran = night(satops)
    assert ran.code == ExitCode.DONE
    assert ran.out.startswith("The embedded sandbox ends with the runner")
    refreshed = satops("refresh")
    assert refreshed.code == ExitCode.DONE
    assert refreshed.out.count("does not list this order") == 3


def commit(satops: Satops, hours: float, *paths: str) -> None:
    """Commit files as it was done some hours ago."""
    at = (datetime.now(UTC) - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
    dates = {"GIT_COMMITTER_DATE": at, "GIT_AUTHOR_DATE": at}
    for arguments in (("add", *paths), ("commit", "-q", "-m", "Orders")):
        subprocess.run([*GIT, *arguments], cwd=satops.root, check=True, env=dates)


def test_an_order_that_waits_for_too_long_fails_and_a_younger_wait_is_noted(
    satops: Satops,
) -> None:
    subprocess.run([*GIT, "init", "-q", "-b", "main"], cwd=satops.root, check=True)
    commit(satops, 30, "satops.yaml", "aois", "orders/hanoi.yaml")
    commit(satops, 2, "orders/mekong-flood.yaml")
    ran = satops("plan", "--nightly")
    assert ran.code == ExitCode.REFUSED
    waits = [line.partition(" (")[2] for line in ran.out.splitlines() if "waits to be" in line]
    assert waits == [
        "git cannot tell since when).", "since 30 h; nightly.waitsH is 24).", "since 2 h).",
    ]  # fmt: skip
    said = satops("plan", "--nightly", "--json")
    assert said.code == ExitCode.REFUSED
    assert "since 30 h; nightly.waitsH is 24" in " ".join(said.err.split())
    assert satops("plan").code == ExitCode.DONE
    with (satops.root / "satops.yaml").open("a") as config:
        config.write("nightly: {waitsH: 48}\n")
    assert satops("plan", "--nightly").code == ExitCode.DONE
    bought(satops)
    ran = satops("plan", "--nightly")
    assert ran.code == ExitCode.DONE
    assert "waits to be bought" not in ran.out
