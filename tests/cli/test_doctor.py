"""`satops doctor` and `satops ledger copy` in a repository on the local disk."""

import json

from satops.adapters.files.local_state import store_folder
from satops.adapters.files.proof_file import NotedProof, ProofFile
from satops.adapters.git_command import NEEDED, git_version
from satops.errors import ExitCode
from tests.cli.conftest import Satops

SUBJECTS = ["ledger", "store", "place", "clock", "waits", "spool", "git", "token", "install"]


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
    assert verdicts.count("wrong") == 2  # the ledger, and the clock that is compared with it
    assert verdicts.count("good") == len(SUBJECTS) - 2
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
    assert without.code == ExitCode.DONE
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
