"""What a change adds, apart from what its base asked for alike; and what a workflow asks a plan."""

import subprocess

import pytest

from satops.errors import ExitCode
from tests.cli.conftest import Satops

GIT = ("git", "-c", "user.name=Test", "-c", "user.email=test@example.test")


@pytest.fixture
def merged(satops: Satops) -> Satops:
    """Three orders on the branch, none of them bought."""
    for arguments in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "Base")):
        subprocess.run([*GIT, *arguments], cwd=satops.root, check=True)
    return satops


def waiting(satops: Satops, *options: str) -> set[str]:
    found = satops("plan", "--json", *(options or ("--since", "HEAD")))
    return {name.rpartition("-20")[0] for name in found.json["waiting"]}


def test_what_the_base_asked_for_alike_waits(merged: Satops) -> None:
    everything = {"hanoi", "mekong-flood", "da-nang-port"}
    assert waiting(merged) == everything
    assert waiting(merged, "--limits-from", "HEAD") == everything
    assert merged("plan", "--json").json["waiting"] == []
    # A label, and an area that a spec refers to, are part of what is asked for.
    merged.edit("orders/hanoi.yaml", "team: planning", "team: other")
    merged.edit("aois/mekong.geojson", "[105.84, 10.10]", "[105.85, 10.10]")
    assert waiting(merged) == {"da-nang-port"}


def test_an_order_beside_a_changed_one_still_waits(merged: Satops) -> None:
    path = merged.root / "orders/hanoi.yaml"
    text = path.read_text("utf-8")
    second = text.replace("name: hanoi", "name: hanoi-too").replace("105.80", "105.70")
    path.write_text(f"{text}---\n{second}", "utf-8")
    assert waiting(merged) == {"hanoi", "mekong-flood", "da-nang-port"}
    path.write_text(f"# a remark\n{text}", "utf-8")
    assert waiting(merged) == {"hanoi", "mekong-flood", "da-nang-port"}


def test_the_page_shows_apart_what_a_change_adds_and_what_waits(merged: Satops) -> None:
    merged.edit("orders/hanoi.yaml", "maxCloud: 20", "maxCloud: 25")
    page = merged("plan", "--format", "markdown", "--since", "HEAD").out
    added = page.index("### Added by this change: 1 order")
    waits = page.index("### Waiting since earlier: 2 orders")
    assert added < page.index("| `hanoi-") < waits < page.index("| `mekong-flood-")
    assert "of them waiting | 2 |" in page
    assert "### To create: 3 orders" in merged("plan", "--format", "markdown").out


@pytest.mark.parametrize("ref", ["no-such", "0" * 40, "-x", ":orders/hanoi.yaml"])
def test_a_commit_that_is_not_there_is_an_error(merged: Satops, ref: str) -> None:
    assert merged("plan", f"--since={ref}").code == ExitCode.USAGE


def test_a_workflow_reads_digest_and_number_of_orders_from_a_plan(merged: Satops) -> None:
    def asked() -> dict[str, str]:
        merged("plan", "--also", "env=plan.env")
        lines = (merged.root / "plan.env").read_text().splitlines()
        return dict(line.split("=") for line in lines)

    digest = merged("plan", "--json").json["plan_digest"]
    assert asked() == {"digest": digest, "orders": "3"}
    # Nobody is asked to approve what limits or the tree refuse.
    merged.edit("satops.yaml", "ordersPerApply: 20", "ordersPerApply: 2")
    assert asked()["orders"] == "0"
    merged.edit("satops.yaml", "ordersPerApply: 2", "ordersPerApply: 20")
    merged.edit("orders/hanoi.yaml", "maxCloud: 20", "maxCloud: 200")
    assert asked()["orders"] == "0"
