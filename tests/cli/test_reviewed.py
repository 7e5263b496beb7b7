"""Binding apply to what was reviewed, order by order, and to a marketplace and a ledger."""

import json
import re
import subprocess

import pytest

from satops.errors import ExitCode
from tests.cli.conftest import Satops


def names(satops: Satops, state: str = "placed") -> set[str]:
    orders = satops("list", "--json").json["orders"]
    return {order["name"].rpartition("-20")[0] for order in orders if order["state"] == state}


@pytest.fixture
def two_pull_requests(satops: Satops) -> Satops:
    """Two plans that were reviewed apart, and a tree in which both are merged."""
    hanoi = satops.root / "orders/hanoi.yaml"
    text = hanoi.read_text("utf-8")
    hanoi.unlink()
    assert satops("plan", "--out", "first.json").code == ExitCode.DONE
    hanoi.write_text(text, "utf-8")
    for other in ("mekong-flood", "da-nang-port"):
        (satops.root / f"orders/{other}.yaml").rename(satops.root / f"{other}.yaml")
    assert satops("plan", "--out", "second.json").code == ExitCode.DONE
    for other in ("mekong-flood", "da-nang-port"):
        (satops.root / f"{other}.yaml").rename(satops.root / f"orders/{other}.yaml")
    return satops


def test_another_pull_request_makes_no_reviewed_plan_stale(two_pull_requests: Satops) -> None:
    satops = two_pull_requests
    second = satops("apply", "--yes", "--reviewed", "second.json")
    assert second.code == ExitCode.DONE
    assert names(satops) == {"hanoi"}
    assert "Left out, because no reviewed plan that was given holds them" in second.err
    assert satops("apply", "--yes", "--reviewed", "first.json").code == ExitCode.DONE
    assert names(satops) == {"hanoi", "mekong-flood", "da-nang-port"}


def test_several_reviewed_plans_count_together(two_pull_requests: Satops) -> None:
    satops = two_pull_requests
    both = satops("apply", "--yes", "--reviewed", "first.json", "--reviewed", "second.json")
    assert both.code == ExitCode.DONE
    assert "Left out" not in both.err
    assert len(names(satops)) == 3


def test_an_order_that_changed_after_its_review_refuses_the_run(satops: Satops) -> None:
    satops("plan", "--out", "plan.json")
    # Another pull request moves the area that a reviewed spec refers to: the spec is the same.
    satops.edit("aois/mekong.geojson", "[105.84, 10.10]", "[105.85, 10.10]")
    refused = satops("apply", "--yes", "--reviewed", "plan.json")
    assert refused.code == ExitCode.REFUSED
    assert "Not what was reviewed: mekong-flood-" in refused.err
    assert names(satops) == set()


HANOI = "orders/hanoi.yaml"


@pytest.mark.parametrize(
    ("added", "word"),
    [
        ("acknowledge: [{check: A09, reason: added after the approval}]\n", "acknowledgement"),
        ("labels: {team: other}\n", "label"),
        ("supersedes: a\nacknowledge: [{check: X04, reason: so}]\n", "supersedes"),
    ],
)
def test_what_decides_beside_the_order_is_bound_by_the_review_and_by_the_plan(
    satops: Satops, added: str, word: str
) -> None:
    hanoi = satops.root / HANOI
    text = "".join(
        line for line in hanoi.read_text("utf-8").splitlines(True) if not line.startswith("labels")
    )
    hanoi.write_text(text, "utf-8")
    satops("plan", "--out", "plan.json")
    before = satops("plan", "--json").json
    hanoi.write_text(text + added, "utf-8")
    after = satops("plan", "--json").json
    assert before["plan_digest"] != after["plan_digest"], word
    for wish in (("--reviewed", "plan.json"), ("--plan", "plan.json")):
        assert satops("apply", "--yes", *wish).code == ExitCode.REFUSED
    assert names(satops) == set()


def test_the_order_of_labels_in_a_file_is_no_part_of_what_was_reviewed(satops: Satops) -> None:
    hanoi = satops.root / HANOI
    text = "".join(
        line for line in hanoi.read_text("utf-8").splitlines(True) if not line.startswith("labels")
    )
    hanoi.write_text(text + "labels: {a: x, b: y}\n", "utf-8")
    satops("plan", "--out", "plan.json")
    hanoi.write_text(text + "labels: {b: y, a: x}\n", "utf-8")
    assert satops("apply", "--yes", "--reviewed", "plan.json").code == ExitCode.DONE


def test_orders_that_no_given_plan_shows_are_left_out_and_said(two_pull_requests: Satops) -> None:
    satops = two_pull_requests
    satops("apply", "--yes", "--reviewed", "second.json")
    again = satops("apply", "--yes", "--reviewed", "second.json")
    assert again.code == ExitCode.DONE
    assert "Left out, because no reviewed plan that was given holds them" in again.err
    assert names(satops) == {"hanoi"}


def test_a_reviewed_order_that_was_deleted_or_placed_since_is_no_reason_to_refuse(
    satops: Satops,
) -> None:
    satops("plan", "--out", "plan.json")
    (satops.root / "orders/hanoi.yaml").unlink()
    first = satops("apply", "--yes", "--reviewed", "plan.json")
    assert first.code == ExitCode.DONE
    assert re.search("Reviewed, and not bought: hanoi-[0-9-]+ is neither in the tree", first.err)
    assert names(satops) == {"mekong-flood", "da-nang-port"}
    again = satops("apply", "--yes", "--reviewed", "plan.json")
    assert again.code == ExitCode.DONE
    assert re.search(r"Reviewed, and not bought: mekong-flood-[0-9-]+ \(keep: ", again.err)


def test_limits_count_only_what_the_run_would_buy(two_pull_requests: Satops) -> None:
    satops = two_pull_requests
    satops.edit("satops.yaml", "ordersPerApply: 20", "ordersPerApply: 2")
    assert satops("apply", "--yes").code == ExitCode.REFUSED
    assert satops("apply", "--yes", "--reviewed", "first.json").code == ExitCode.DONE
    satops.edit("satops.yaml", "ordersPerApply: 2", "ordersPerApply: 0")
    assert satops("apply", "--yes", "--reviewed", "second.json").code == ExitCode.REFUSED
    assert names(satops) == {"mekong-flood", "da-nang-port"}


def test_a_review_that_cannot_be_checked_is_an_error_and_never_skipped(satops: Satops) -> None:
    satops("plan", "--out", "plan.json")
    saved = json.loads((satops.root / "plan.json").read_bytes())
    saved["actions"][0]["action_digest"] = "0" * 64
    (satops.root / "edited.json").write_text(json.dumps(saved))
    (satops.root / "other.json").write_text(json.dumps({**saved, "format": "satops.plan/2"}))
    (satops.root / "text.json").write_text("no plan")
    for file in ("missing.json", "edited.json", "other.json", "text.json", "", "orders"):
        assert satops("apply", "--yes", "--reviewed", file).code == ExitCode.USAGE, file
    assert names(satops) == set()


def test_a_review_of_each_order_and_of_the_whole_plan_exclude_each_other(satops: Satops) -> None:
    satops("plan", "--out", "plan.json")
    both = satops("apply", "plan.json", "--yes", "--reviewed", "plan.json")
    assert both.code == ExitCode.USAGE


def test_the_digest_that_was_approved_is_held_against_the_reviewed_plan(
    two_pull_requests: Satops,
) -> None:
    satops = two_pull_requests
    apply = ("apply", "--yes", "--reviewed", "first.json", "--expect-digest")
    digest = json.loads((satops.root / "first.json").read_bytes())["plan_digest"]
    other = json.loads((satops.root / "second.json").read_bytes())["plan_digest"]
    refused = satops(*apply, other)
    assert refused.code == ExitCode.REFUSED
    assert "is not the plan that was approved" in refused.err
    assert satops(*apply, "").code == ExitCode.USAGE
    assert satops(*apply, digest, "--reviewed", "second.json").code == ExitCode.USAGE
    assert names(satops) == set()
    assert satops(*apply, digest).code == ExitCode.DONE
    assert names(satops) == {"mekong-flood", "da-nang-port"}


@pytest.mark.parametrize(
    ("key", "value", "word"),
    [
        ("ledger", "0" * 32, "the ledger"),
        ("marketplace", "https://other.example", "the marketplace"),
        ("commit", "0" * 40, "the commit"),
        ("run", "12", "the run"),
        ("made_at", "2024-01-01T00:00:00Z", "more than 7 days ago"),
        ("made_at", "2999-01-01T00:00:00Z", "a time that has not come"),
    ],
)
def test_a_review_is_good_only_for_its_ledger_marketplace_commit_run_and_week(
    satops: Satops, key: str, value: str, word: str
) -> None:
    satops("plan", "--out", "plan.json")
    saved = json.loads((satops.root / "plan.json").read_bytes())
    assert saved[key] != value
    (satops.root / "plan.json").write_text(json.dumps({**saved, key: value}))
    refused = satops("apply", "--yes", "--reviewed", "plan.json")
    assert refused.code == ExitCode.REFUSED
    assert word in refused.err
    assert names(satops) == set()


def test_a_plan_of_another_run_of_the_ci_is_not_the_one_that_was_approved(satops: Satops) -> None:
    satops("plan", "--out", "plan.json", environ={"GITHUB_RUN_ID": "7"})
    apply = ("apply", "--yes", "--reviewed", "plan.json")
    assert satops(*apply, environ={"GITHUB_RUN_ID": "8"}).code == ExitCode.REFUSED
    assert satops(*apply).code == ExitCode.REFUSED
    assert names(satops) == set()
    assert satops(*apply, environ={"GITHUB_RUN_ID": "7"}).code == ExitCode.DONE


def test_the_branch_may_go_on_while_an_approval_waits(satops: Satops) -> None:
    def git(*arguments: str) -> str:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        call = ["git", "-C", str(satops.root), *who, *arguments]
        return subprocess.run(call, check=True, capture_output=True, text=True).stdout.strip()

    git("init", "-q", "-b", "main")
    git("add", "orders", "aois", "satops.yaml")
    git("commit", "-qm", "one")
    satops("plan", "--out", "plan.json")
    git("commit", "-q", "--allow-empty", "-m", "two")
    git("checkout", "-q", "--orphan", "other")
    git("commit", "-qm", "elsewhere")
    refused = satops("apply", "--yes", "--reviewed", "plan.json")
    assert refused.code == ExitCode.REFUSED
    assert "is not in the history of" in refused.err
    git("checkout", "-q", "main")
    assert satops("apply", "--yes", "--reviewed", "plan.json").code == ExitCode.DONE


@pytest.mark.parametrize("allowed", ["", " ", "marketplace.example", "not-set"])
def test_a_run_orders_only_from_the_marketplace_that_its_environment_names(
    satops: Satops, allowed: str
) -> None:
    refused = satops("apply", "--yes", environ={"SATOPS_MARKETPLACE": allowed})
    assert refused.code == ExitCode.USAGE
    assert names(satops) == set()
    assert satops("apply", "--yes", environ={"SATOPS_MARKETPLACE": "sandbox"}).code == ExitCode.DONE


@pytest.mark.parametrize("command", ["apply --yes", "reconcile", "refresh", "plan", "list"])
def test_a_run_uses_only_the_ledger_that_its_environment_names(
    satops: Satops, command: str
) -> None:
    there = {"SATOPS_STATE": "file:state/ledger.jsonl"}
    assert satops(*command.split(), environ=there).code == ExitCode.DONE
    refused = satops(*command.split(), environ={"SATOPS_STATE": "git:satops-state"})
    assert refused.code == ExitCode.USAGE
    assert "Find out who changed `state`." in refused.err
