"""What keeps apply from buying: confirmation, digests, stale plans, limits, a lost ledger."""

import json
import re
from pathlib import Path

import pytest

from satops.errors import ExitCode
from tests.cli.conftest import Satops


def placed(satops: Satops) -> int:
    """Return how many orders the ledger holds as placed."""
    return sum(o["state"] == "placed" for o in satops("list", "--json").json["orders"])


def test_without_a_terminal_and_without_yes_nothing_is_sent(satops: Satops) -> None:
    refused = satops("apply")
    assert refused.code == ExitCode.REFUSED
    assert "Add --yes" in refused.err
    assert placed(satops) == 0


def test_with_nothing_to_buy_no_question_is_asked(satops: Satops) -> None:
    satops("apply", "--yes")
    assert satops("apply").code == ExitCode.DONE


def test_a_saved_plan_is_applied_once(satops: Satops) -> None:
    assert satops("plan", "--out", "plan.json").code == ExitCode.DONE
    assert satops("apply", "--plan", "plan.json", "--yes").code == ExitCode.DONE
    again = satops("apply", "--plan", "plan.json", "--yes")
    assert again.code == ExitCode.REFUSED
    assert "was applied before" in again.err


def test_a_saved_plan_is_the_json_of_the_plan(satops: Satops) -> None:
    planned = satops("plan", "--out", "plan.json", "--json")
    saved = json.loads((satops.root / "plan.json").read_bytes())
    assert saved == planned.json


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [
        ("orders/hanoi.yaml", "maxCloud: 20", "maxCloud: 30", "it does not hold hanoi-"),
        ("satops.yaml", "ordersPerApply: 20", "ordersPerApply: 21", "limits or severities changed"),
    ],
)
def test_a_saved_plan_is_refused_when_what_it_was_made_from_has_moved(
    satops: Satops, file: str, before: str, after: str, said: str
) -> None:
    satops("plan", "--out", "plan.json")
    satops.edit(file, before, after)
    refused = satops("apply", "--plan", "plan.json", "--yes")
    assert refused.code == ExitCode.REFUSED
    assert said in refused.err
    assert placed(satops) == 0


def test_a_saved_plan_is_refused_when_the_ledger_has_grown(satops: Satops) -> None:
    name = satops("plan", "--json", "--out", "plan.json").json["actions"][0]["name"]
    satops("adopt", name, "N1", "--because", "by phone", "--unchecked", "--yes")
    refused = satops("apply", "--plan", "plan.json", "--yes")
    assert refused.code == ExitCode.REFUSED
    assert "the ledger has grown since" in refused.err


def test_the_digest_that_was_reviewed_must_be_the_digest_of_now(satops: Satops) -> None:
    digest = satops("plan", "--json").json["plan_digest"]
    refused = satops("apply", "--yes", "--expect-digest", "0" * 64)
    assert refused.code == ExitCode.REFUSED
    assert placed(satops) == 0
    assert satops("apply", "--yes", "--expect-digest", digest[:12]).code == ExitCode.DONE


@pytest.mark.parametrize("digest", ["", "abc", "not a digest", "g" * 64])
def test_a_digest_that_cannot_be_checked_is_an_error_and_never_skipped(
    satops: Satops, digest: str
) -> None:
    assert satops("apply", "--yes", "--expect-digest", digest).code == ExitCode.USAGE
    assert placed(satops) == 0


def test_a_limit_refuses_everything_and_names_itself(satops: Satops) -> None:
    satops.edit("satops.yaml", "ordersPerApply: 20", "ordersPerApply: 2")
    planned = satops("plan")
    assert planned.code == ExitCode.REFUSED
    assert "ordersPerApply" in planned.out
    assert "    satops apply" not in planned.out
    applied = satops("apply", "--yes")
    assert applied.code == ExitCode.REFUSED
    assert "ordersPerApply" in applied.err
    assert placed(satops) == 0


def test_a_spec_that_is_not_understood_keeps_everything_from_being_sent(satops: Satops) -> None:
    satops.edit("orders/hanoi.yaml", "provider: changguang", "provider: changguan")
    planned = satops("plan")
    assert planned.code == ExitCode.INVALID
    assert "orders/hanoi.yaml:6:" in planned.out
    applied = satops("apply", "--yes")
    assert applied.code == ExitCode.INVALID
    assert "orders/hanoi.yaml:6:" in applied.err
    assert placed(satops) == 0


def test_of_two_new_specs_with_the_same_order_only_the_first_is_bought(satops: Satops) -> None:
    hanoi = (satops.root / "orders/hanoi.yaml").read_text("utf-8")
    copy = re.sub(r"(?m)^name: \S+", "name: copy", hanoi)
    (satops.root / "orders/the-copy.yaml").write_text(copy, "utf-8")
    planned = satops("plan", "--json").json
    actions = {it["name"]: (it["action"], it["reason"]) for it in planned["actions"]}
    assert actions["copy"] == ("conflict", "the same order under another name")
    assert planned["summary"]["create"] == 3
    assert satops("apply", "--yes").code == ExitCode.INVALID
    assert placed(satops) == 3
    assert "copy" not in satops("list").out
    accepted = copy + "acknowledge: [{check: X01, reason: two are wanted}]\n"
    (satops.root / "orders/the-copy.yaml").write_text(accepted, "utf-8")
    assert satops("apply", "--yes").code == ExitCode.DONE
    assert placed(satops) == 4


def test_an_order_without_the_label_that_limits_count_by_is_not_bought(satops: Satops) -> None:
    hanoi = satops.root / "orders/hanoi.yaml"
    for rule in ("required: true", "required: true, oneOf: [hydrology]"):
        with (satops.root / "satops.yaml").open("a") as config:
            config.write(f"labels: {{team: {{{rule}}}}}\n")
        text = hanoi.read_text("utf-8")
        hanoi.write_text(re.sub(r"(?m)^labels.*\n", "", text), "utf-8")
        planned = satops("plan", "--json").json
        assert {"N06"} == {it["check"] for it in planned["problems"] if it["severity"] == "error"}
        assert satops("apply", "--yes").code == ExitCode.INVALID
        hanoi.write_text(text, "utf-8")
        satops.edit("satops.yaml", f"labels: {{team: {{{rule}}}}}\n", "")
    assert placed(satops) == 0


def test_a_ledger_that_is_missing_is_never_taken_for_an_empty_one(satops: Satops) -> None:
    (satops.root / "state/ledger.jsonl").unlink()
    planned = satops("plan", "--json")
    assert planned.code == ExitCode.DONE
    assert planned.json["ledger_head"] is None
    assert satops("plan").out.startswith("There is no ledger")
    for command in (["apply", "--yes"], ["list"], ["verify"], ["reconcile"], ["history"]):
        assert satops(*command).code == ExitCode.LEDGER, command


def test_a_ledger_is_begun_only_where_there_is_none(satops: Satops) -> None:
    assert satops("ledger", "start", "--yes").code == ExitCode.REFUSED
    (satops.root / "state/ledger.jsonl").unlink()
    assert satops("ledger", "start").code == ExitCode.REFUSED
    assert satops("ledger", "start", "--yes").code == ExitCode.DONE
    assert satops("apply", "--yes").code == ExitCode.DONE


def test_one_changed_byte_in_the_ledger_is_found_and_stops_everything(satops: Satops) -> None:
    satops("apply", "--yes")
    assert satops("verify").code == ExitCode.DONE
    satops.edit("state/ledger.jsonl", '"attempt":1', '"attempt":2')
    verified = satops("verify", "--json")
    assert verified.code == ExitCode.LEDGER
    assert verified.json["sound"] is False
    said = satops("verify").out
    assert "The chain breaks at line" in said
    assert re.search(r"Line (\d+) or line (\d+) was changed after it was written", said)
    assert satops("plan").code == ExitCode.LEDGER
    assert satops("apply", "--yes").code == ExitCode.LEDGER


def test_a_change_in_the_last_line_alone_shows_against_a_noted_head(satops: Satops) -> None:
    satops("apply", "--yes")
    head = satops("verify", "--json").json["head"]
    satops.edit("state/ledger.jsonl", '"placed":3', '"placed":2')
    unnoticed = satops("verify")
    assert unnoticed.code == ExitCode.DONE
    assert "a change in it, or lines cut off after it, show only against a head" in unnoticed.out
    assert satops("verify", "--head", head).code == ExitCode.LEDGER


@pytest.mark.parametrize("command", ["show", "history"])
def test_a_name_that_nobody_knows_is_a_usage_error(satops: Satops, command: str) -> None:
    asked = satops(command, "no-such-order")
    assert asked.code == ExitCode.USAGE
    assert "Neither the tree nor the ledger knows the name 'no-such-order'" in asked.err
    (name, *_) = (spec["name"] for spec in satops("plan", "--json").json["actions"])
    assert satops(command, name).code == ExitCode.DONE


@pytest.mark.parametrize("field", ["kind", "time", "run", "placed"])
def test_a_last_line_that_lost_a_field_is_no_bug_in_any_report(satops: Satops, field: str) -> None:
    satops("apply", "--yes")
    path = satops.root / "state/ledger.jsonl"
    *before, last = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*before, last.replace(f'"{field}"'.encode(), b'"other"')]))
    assert satops("verify").code == ExitCode.LEDGER
    for form in ((), ("--json",)):
        told = satops("history", *form)
        assert told.code == ExitCode.LEDGER
        assert f"Line {len(before) + 1} of the ledger" in told.err


def test_a_cut_tail_shows_against_a_head_that_was_noted_elsewhere(satops: Satops) -> None:
    satops("apply", "--yes")
    head = satops("verify", "--json").json["head"]
    path = satops.root / "state/ledger.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    assert satops("verify").code == ExitCode.DONE
    assert satops("verify", "--head", head).code == ExitCode.LEDGER


def test_a_plan_against_a_published_copy_says_so(satops: Satops, tmp_path: Path) -> None:
    copy = tmp_path / "copy.jsonl"
    copy.write_bytes((satops.root / "state/ledger.jsonl").read_bytes())
    satops("apply", "--yes")
    planned = satops("plan", "--ledger", "copy.jsonl", "--json")
    assert planned.json["summary"]["create"] == 3
    assert "copy.jsonl" in planned.err
    for command in ("plan", "verify"):
        missing = satops(command, "--ledger", "missing.jsonl")
        assert missing.code == ExitCode.LEDGER
        assert "There is no copy of a ledger in" in missing.err
        assert "ledger start" not in missing.err


def test_a_plan_as_of_another_moment_uses_that_clock(satops: Satops) -> None:
    late = satops("plan", "--at", "2099-01-01T00:00Z", "--json")
    assert late.code == ExitCode.INVALID
    assert late.json["summary"]["expired"] == 3
    assert late.json["made_at"] == "2099-01-01T00:00:00Z"
    assert satops("plan", "--at", "tomorrow").code == ExitCode.USAGE


def test_new_orders_end_with_2_only_when_that_is_asked_for(satops: Satops) -> None:
    assert satops("plan", "--detailed-exitcode").code == ExitCode.CHANGES
    satops("apply", "--yes")
    assert satops("plan", "--detailed-exitcode").code == ExitCode.DONE


def test_a_plan_can_be_written_for_a_pull_request_a_map_and_a_ci_run(satops: Satops) -> None:
    with (satops.root / "satops.yaml").open("a") as config:
        config.write("prices: {currency: EUR, perKm2: 2}\n")
    name = satops("plan", "--json").json["actions"][0]["name"]
    markdown = satops("plan", "--format", "markdown")
    assert name in markdown.out
    assert "EUR" in markdown.out
    assert satops("plan", "--format", "geojson").json["type"] == "FeatureCollection"
    assert satops("plan", "--format", "github").out.startswith("::notice ")
    assert "EUR" in satops("plan").out


def test_two_forms_of_a_plan_at_once_are_refused(satops: Satops) -> None:
    assert satops("plan", "--json", "--format", "text").code == ExitCode.USAGE
    assert satops("plan", "--format", "json").json["format"] == "satops.plan/1"


@pytest.mark.parametrize("command", [["apply", "--yes"], ["refresh"], ["reconcile"]])
def test_the_marketplace_that_the_environment_fixes_is_the_only_one(
    satops: Satops, command: list[str]
) -> None:
    only = {"SATOPS_MARKETPLACE": "https://market.example.test"}
    refused = satops(*command, environ=only)
    assert refused.code == ExitCode.USAGE
    assert "SATOPS_MARKETPLACE" in refused.err
    assert placed(satops) == 0
    assert satops(*command, environ={"SATOPS_MARKETPLACE": "sandbox"}).code == ExitCode.DONE


def test_a_real_marketplace_needs_a_token_and_never_shows_it(satops: Satops) -> None:
    satops.edit("satops.yaml", "url: sandbox", "url: http://127.0.0.1:9/market_service")
    for spec in (satops.root / "orders").glob("*.yaml"):
        spec.write_text(spec.read_text("utf-8").replace(', sample: "yes"', ""), "utf-8")
    assert satops("ledger", "start", "--yes").code == ExitCode.DONE
    refused = satops("apply", "--yes")
    assert refused.code == ExitCode.USAGE
    assert "SATOPS_TOKEN" in refused.err
    token = {"SATOPS_TOKEN": "a-secret-that-nobody-may-see"}
    unreachable = satops("apply", "--yes", "--json", environ=token)
    assert unreachable.code == ExitCode.MARKETPLACE
    assert unreachable.json["summary"]["not_sent"] == 3
    ledger = (satops.root / "state/ledger-127.0.0.1.jsonl").read_text("utf-8")
    assert "a-secret" not in unreachable.out + unreachable.err + ledger


def test_outside_of_a_repository_every_command_says_where_it_looked(empty: Satops) -> None:
    for command in (["plan"], ["validate"], ["apply"], ["list"]):
        ran = empty(*command)
        assert ran.code == ExitCode.USAGE
        assert "satops.yaml" in ran.err


def test_an_adopted_order_counts_with_its_captures_and_its_estimate(satops: Satops) -> None:
    name, path = "hanoi", satops.root / "orders" / "hanoi.yaml"
    text = path.read_text("utf-8")
    name = text.split("name: ")[1].split()[0]
    weekly = "  recurring: true\n  recurringDay: 1\n  recurringUnit: 2\n"
    path.write_text(text.rstrip("\n") + "\n" + weekly, "utf-8")
    with (satops.root / "satops.yaml").open("a") as config:
        config.write("prices: {currency: USD, perKm2: 10}\n")
    satops.edit("satops.yaml", "limits:\n", "limits:\n  costPerMonth: 1\n")
    said = satops("adopt", name, "N1", "--because", "by phone", "--unchecked", "--yes")
    assert said.code == ExitCode.DONE
    (adopted,) = satops("list", "--json").json["orders"]
    assert adopted["captures"] > 1
    assert adopted["currency"] == "USD"
    assert adopted["estimate"] > 0
    refused = satops("plan")
    assert refused.code == ExitCode.REFUSED
    assert "costPerMonth" in refused.out
    assert "no price" not in refused.out
