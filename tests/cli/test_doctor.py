"""`satops doctor` and `satops ledger copy` in a repository on the local disk."""

import json
import re

import pytest

from satops.adapters.files.local_state import ProofFile, store_folder
from satops.adapters.git_command import NEEDED, git_version
from satops.api.forge_place import check_workflows
from satops.api.repository import open_repository
from satops.errors import ExitCode
from satops.ports import NotedProof
from tests.adapters.git.forge import git
from tests.cli.conftest import Ran, Satops

SUBJECTS = [
    "ledger", "bound", "store", "place", "left over", "clock", "waits", "spool", "git", "token",
    "install", "workflows",
]  # fmt: skip


def test_a_new_repository_is_ready(satops: Satops) -> None:
    ran = satops("doctor")
    assert ran.code == ExitCode.DONE
    assert ran.out.endswith("Ready.\n")
    assert "Of two racing writers one won, 20 times of 20." in ran.out
    assert [path.name for path in (satops.root / "state").iterdir()] == ["ledger.jsonl"]


def test_the_report_for_machines_has_every_finding(satops: Satops) -> None:
    report = satops("doctor", "--json").json
    assert [finding["subject"] for finding in report["findings"]] == SUBJECTS
    assert {finding["verdict"] for finding in report["findings"]} == {"good"}
    assert report["address"] == f"file:{satops.root}/state/ledger.jsonl"


def test_a_ledger_that_is_missing_is_wrong_and_the_rest_is_still_checked(satops: Satops) -> None:
    (satops.root / "state" / "ledger.jsonl").unlink()
    ran = satops("doctor", "--json")
    assert ran.code == ExitCode.LEDGER
    verdicts = [finding["verdict"] for finding in ran.json["findings"]]
    assert verdicts.count("wrong") == 3  # the ledger, its marketplace, and the clock
    assert verdicts.count("good") == len(SUBJECTS) - 4  # where numbers are kept goes by its id
    assert [path.name for path in (satops.root / "state").iterdir()] == []


def test_the_marketplace_is_asked_only_where_that_is_wanted(satops: Satops) -> None:
    assert "GOOD     marketplace:" not in satops("doctor").out
    ran = satops("doctor", "--ask")
    assert ran.code == ExitCode.DONE
    assert "marketplace: http://127.0.0.1:" in ran.out
    assert "It shows no order." in ran.out


def test_a_token_is_looked_for_and_never_shown(satops: Satops) -> None:
    satops.edit("satops.yaml", "url: sandbox", "url: https://market.example.org/service")
    without = satops("doctor")
    assert without.code == ExitCode.USAGE  # the ledger is the sandbox's
    assert "WARNING  token: There is no token for the marketplace." in without.out
    token = {"SATOPS_TOKEN": "t0ps3cret-token"}
    unguarded = satops("doctor", environ=token)
    assert "SATOPS_MARKETPLACE is not set" in unguarded.out
    guarded = satops("doctor", environ={**token, "SATOPS_MARKETPLACE": "market.example.org"})
    assert "GOOD     token: There is one, for market.example.org alone." in guarded.out
    for ran in (unguarded, guarded):
        assert "t0ps3cret" not in ran.out + ran.err


def test_waits_that_are_too_short_are_a_warning(satops: Satops) -> None:
    with (satops.root / "satops.yaml").open("a") as config:
        config.write("reconcile: {waitS: 100}\n")
    ran = satops("doctor")
    assert ran.code == ExitCode.DONE
    assert "WARNING  waits: reconcile.waitS is 100 s." in ran.out


def test_a_file_on_a_local_disk_proves_itself_on_the_first_apply(satops: Satops) -> None:
    assert list(satops.local.glob("stores/*.json")) == []
    assert satops("apply", "--yes").code == ExitCode.DONE
    (proof,) = satops.local.glob("stores/*.json")
    noted = json.loads(proof.read_bytes())
    assert noted["address"].endswith("state/ledger.jsonl")
    assert noted["broken"] == ""


def test_a_store_that_broke_its_promise_before_is_not_bought_on(satops: Satops) -> None:
    address = f"file:{satops.root}/state/ledger.jsonl"
    proofs = ProofFile(store_folder(satops.local))
    proofs.note(address, NotedProof("2031-01-01T00:00:00Z", "Both won."))
    ran = satops("apply", "--yes", environ={"SATOPS_PROVEN": address})
    assert ran.code == ExitCode.REFUSED
    assert "broke its promise on 2031-01-01T00:00:00Z: Both won." in ran.err
    assert satops("doctor").code == ExitCode.DONE
    assert satops("apply", "--yes").code == ExitCode.DONE


def test_a_proof_in_the_repository_is_not_read(satops: Satops) -> None:
    satops.edit("satops.yaml", "state: file:", "state: s3://nowhere.invalid/")
    folder = satops.root / ".satops"
    folder.mkdir()
    (folder / "proofs.json").write_text(json.dumps({"s3://nowhere.invalid": {"broken": ""}}))
    assert satops("apply", "--yes").code == ExitCode.LEDGER


def test_a_spool_that_cannot_be_written_is_wrong(satops: Satops) -> None:
    (satops.local / "ledgers").write_text("in the way")
    ran = satops("doctor")
    assert ran.code == ExitCode.LEDGER
    assert "WRONG    spool:" in ran.out


def test_copying_a_ledger_onto_itself_is_a_wrong_call(satops: Satops) -> None:
    ran = satops("ledger", "copy", "file:state/ledger.jsonl", "file:./state/ledger.jsonl")
    assert ran.code == ExitCode.USAGE
    assert "the same ledger" in ran.err


def test_a_copy_reports_what_is_in_both_places(satops: Satops) -> None:
    assert satops("apply", "--yes").code == ExitCode.DONE
    report = satops("ledger", "copy", "file:state/ledger.jsonl", "file:b.jsonl", "--json").json
    assert report["events"] == report["copied"] > 6
    assert (satops.root / "b.jsonl").read_bytes() == (
        satops.root / "state" / "ledger.jsonl"
    ).read_bytes()
    again = satops("ledger", "copy", "file:state/ledger.jsonl", "file:b.jsonl")
    assert "0 of them written now" in again.out
    assert "Only one of the two may go on." in again.out


def test_the_git_of_this_machine_is_new_enough_for_the_tests() -> None:
    version = git_version()
    assert version is not None
    assert version >= NEEDED


def subjects(ran: Ran) -> dict[str, tuple[str, str]]:
    return {note["subject"]: (note["verdict"], note["detail"]) for note in ran.json["findings"]}


@pytest.mark.parametrize("guard", ["other.example.org", "", "sandbox"])
def test_the_host_guard_is_asked_as_apply_asks_it(satops: Satops, guard: str) -> None:
    satops.edit("satops.yaml", "url: sandbox", "url: https://market.example.org/service")
    environ = {"SATOPS_TOKEN": "t0ps3cret-token", "SATOPS_MARKETPLACE": guard}
    ran = satops("doctor", "--json", environ=environ)
    verdict, detail = subjects(ran)["token"]
    assert verdict == "wrong"
    refused = satops("reconcile", environ=environ)
    assert refused.code == ExitCode.USAGE
    assert "SATOPS_MARKETPLACE" in detail


def test_a_ledger_of_another_marketplace_is_wrong(satops: Satops) -> None:
    assert satops("apply", "--yes").code == ExitCode.DONE
    satops.edit("satops.yaml", "url: sandbox", "url: https://market.example.org/service")
    ran = satops("doctor", "--json")
    verdict, detail = subjects(ran)["bound"]
    assert verdict == "wrong"
    assert "This ledger holds orders of sandbox" in detail
    assert "satops ledger start" in detail
    assert ran.code == ExitCode.USAGE


def test_a_state_that_the_guard_forbids_is_a_note_and_the_rest_is_still_checked(
    satops: Satops,
) -> None:
    ran = satops("doctor", "--json", environ={"SATOPS_STATE": "git:satops-state"})
    assert ran.code == ExitCode.USAGE
    found = subjects(ran)
    assert found["ledger"][0] == "wrong"
    assert "SATOPS_STATE allows only" in found["ledger"][1]
    assert {"waits", "git", "token", "install", "workflows"} <= found.keys()


def test_an_event_is_appended_only_where_that_is_wanted(satops: Satops) -> None:
    ledger = satops.root / "state" / "ledger.jsonl"
    before = ledger.read_bytes()
    assert satops("doctor").code == ExitCode.DONE
    assert ledger.read_bytes() == before
    ran = satops("doctor", "--write", "--json")
    assert ran.code == ExitCode.DONE
    assert subjects(ran)["write"][0] == "good"
    added = [json.loads(line) for line in ledger.read_bytes()[len(before) :].splitlines()]
    assert [(event["kind"], event.get("command")) for event in added] == [
        ("RunStarted", "doctor"),
        ("RunFinished", None),
    ]
    assert satops("verify").code == ExitCode.DONE
    assert "3 of 3" in satops("apply", "--yes").out


def test_a_branch_whose_rules_refuse_the_ledger_is_seen_by_writing_alone(
    satops: Satops, tmp_path_factory: pytest.TempPathFactory
) -> None:
    forge = tmp_path_factory.mktemp("forge") / "code.git"
    git(satops.root, "init", "-q", "--bare", str(forge))
    git(satops.root, "init", "-q", "-b", "main")
    git(satops.root, "remote", "add", "origin", str(forge))
    satops.edit("satops.yaml", "state: file:state/ledger.jsonl", "state: git:satops-state")
    assert satops("ledger", "start", "--yes").code == ExitCode.DONE
    hook = forge / "hooks" / "update"
    hook.write_text(
        '#!/bin/sh\n[ "$1" != refs/heads/satops-state ] || { echo protected; exit 1; }\n'
    )
    hook.chmod(0o755)
    assert satops("doctor").code == ExitCode.DONE
    ran = satops("doctor", "--write")
    assert ran.code == ExitCode.LEDGER
    assert "WRONG    store: The ledger at git:origin#satops-state was not written" in ran.out


def test_what_a_proof_that_was_cut_short_has_left_is_named(
    satops: Satops, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (satops.root / "state" / ".satops-probe-0123456789ab.jsonl").write_text("")
    (satops.root / "state" / ".satops-probe-.jsonl").write_text("")
    verdict, detail = subjects(satops("doctor", "--json"))["left over"]
    assert verdict == "warning"
    assert detail.count("    rm ") == 1
    assert ".satops-probe-0123456789ab.jsonl" in detail

    forge = tmp_path_factory.mktemp("forge") / "code.git"
    git(satops.root, "init", "-q", "--bare", str(forge))
    git(satops.root, "init", "-q", "-b", "main")
    git(satops.root, "remote", "add", "origin", str(forge))
    satops.edit("satops.yaml", "state: file:state/ledger.jsonl", "state: git:satops-state")
    assert satops("ledger", "start", "--yes").code == ExitCode.DONE
    assert subjects(satops("doctor", "--json"))["left over"][0] == "good"
    git(forge, "branch", "satops-probe-aaaaaaaaaaaa", "satops-state")
    verdict, detail = subjects(satops("doctor", "--json"))["left over"]
    assert verdict == "warning"
    assert detail.endswith("    git push origin --delete satops-probe-aaaaaaaaaaaa")


def test_the_clock_of_the_marketplace_is_compared(satops: Satops) -> None:
    verdict, detail = subjects(satops("doctor", "--ask", "--json"))["marketplace"]
    assert verdict == "good"
    assert "This machine's clock differs from its clock by " in detail


def test_workflows_are_held_against_the_configuration(empty: Satops) -> None:
    assert empty("init", "--ci", "github").code == ExitCode.DONE
    assert subjects(empty("doctor", "--json"))["workflows"][0] == "good"
    path = ".github/workflows/satops-apply.yml"
    text = (empty.root / path).read_text("utf-8")
    (empty.root / path).write_text(re.sub(r"(actions/checkout)@\S+", r"\1@v5", text))
    (empty.root / ".github/workflows/satops-plan.yml").unlink()
    verdict, detail = subjects(empty("doctor", "--json"))["workflows"]
    assert verdict == "warning"
    assert f"{path}:" in detail
    assert "names actions/checkout@v5 without a digest" in detail
    assert ".github/workflows/satops-plan.yml is gone" in detail


def test_a_token_or_a_ledger_that_the_workflows_do_not_know_is_wrong(empty: Satops) -> None:
    assert empty("init", "--ci", "github").code == ExitCode.DONE
    market = "url: https://market.example.org/service\n  auth: {tokenFrom: SATOPS_IMAGERY_KEY}"
    empty.edit("satops.yaml", "url: sandbox", market)
    empty.edit("satops.yaml", "state: git:satops-state", "state: git:orders")
    verdict, detail = subjects(empty("doctor", "--json"))["workflows"]
    assert verdict == "wrong"
    assert "never names SATOPS_IMAGERY_KEY" in detail
    assert "expects the ledger at git:satops-state" in detail
    empty.edit("satops.yaml", "state: git:orders", "state: s3://bucket/ledger")
    detail = check_workflows(open_repository(empty.root, environ={})).detail
    names = "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION"
    assert f".github/workflows/satops-plan.yml never names {names}, and the ledger" in detail


def test_doctor_leaves_no_folder_of_its_own(satops: Satops) -> None:
    assert satops("doctor", "--ask").code == ExitCode.DONE
    assert not (satops.local / "ledgers" / "doctor").exists()
