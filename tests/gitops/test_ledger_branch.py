"""The branch of the ledger when runs overlap, are killed, and meet hooks and strangers."""

import json
import os
import signal
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from subprocess import DEVNULL
from time import sleep

from satops.core.order.order import instant
from satops.errors import ExitCode
from satops.sandbox.faults import Kind, Rule
from tests.adapters.git.forge import git
from tests.gitops.act import Act
from tests.gitops.rehearsal import SCRIPTS, SLUGS, TIMES, TOKEN, Rehearsal


def merged(rehearsal: Rehearsal, *slugs: str) -> str:
    """Merge a pull request with sample orders."""
    return rehearsal.merge(rehearsal.open(rehearsal.order(*slugs)))


def wait_until_over(rehearsal: Rehearsal) -> None:
    """Wait for the moment at which the last intent no longer keeps other runs away."""
    over = max(instant(order.until) for order in rehearsal.state().orders.values())
    while datetime.now(UTC) <= over:
        sleep(0.1)


def hook(rehearsal: Rehearsal, script: str) -> Path:
    """Install a hook that judges each ref of a push to the forge: `$1` is its name."""
    path = rehearsal.remote / "hooks" / "update"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_two_clones_that_apply_at_once_buy_each_order_once(rehearsal: Rehearsal) -> None:
    for number, slug in enumerate(SLUGS[:2]):
        merged(rehearsal, slug)
        clones = [rehearsal.clone(f"racer-{number}-{racer}") for racer in range(2)]
        environ = {**os.environ, "SATOPS_TOKEN": TOKEN}
        apply = [str(SCRIPTS / "satops"), "apply", "--yes"]
        runs = [subprocess.Popen(apply, cwd=at, env=environ, stdout=DEVNULL) for at in clones]
        assert [run.wait() for run in runs] == [ExitCode.DONE] * len(clones)
        assert rehearsal.bought() == [1] * (number + 1)
    assert set(rehearsal.standings().values()) == {"placed"}
    assert rehearsal.satops(rehearsal.clone("auditor"), "verify").returncode == ExitCode.DONE


def test_a_run_that_was_killed_is_settled_by_the_next_in_a_fresh_clone(
    rehearsal: Rehearsal, act: Act
) -> None:
    def soon(work: Path) -> None:
        text = (work / "satops.yaml").read_text("utf-8")
        assert TIMES in text
        times = "connectTimeoutS: 2, answerTimeoutS: 4, intentS: 16"
        (work / "satops.yaml").write_text(text.replace(TIMES, times), "utf-8")

    rehearsal.merge(rehearsal.open(rehearsal.order("hanoi"), soon))
    killed = act.apply(SATOPS_CRASH_AT="answered")
    assert not killed.ok
    assert rehearsal.kinds()[-1] == "SubmissionIntended"
    assert rehearsal.bought() == [1]
    wait_until_over(rehearsal)
    night = act.nightly()
    assert night.ok, night.log
    assert rehearsal.standings() == {"hanoi": "placed"}
    assert rehearsal.apply().returncode == ExitCode.DONE
    assert rehearsal.bought() == [1]


def test_a_push_that_a_hook_refuses_buys_nothing_and_a_protected_main_is_no_hindrance(
    rehearsal: Rehearsal,
) -> None:
    commit = merged(rehearsal, "hanoi")
    other = rehearsal.clone("third-party", "origin/satops-state")
    (other / "NOTES.md").write_text("Seen by the auditors.\n")
    rehearsal.commit(other, "Note the audit")
    git(other, "push", "-q", "origin", "HEAD:refs/heads/satops-state")
    hook(rehearsal, 'case $1 in *satops-state) echo "Ask the owners."; exit 1;; esac')
    applied = rehearsal.apply()
    assert applied.returncode == ExitCode.LEDGER
    assert "Ask the owners." in applied.stderr
    assert rehearsal.bought() == []
    hook(rehearsal, 'case $1 in refs/heads/main) echo "main is protected"; exit 1;; esac')
    applied = rehearsal.apply()
    assert applied.returncode == ExitCode.DONE, applied.stderr
    assert rehearsal.standings() == {"hanoi": "placed"}
    assert rehearsal.bought() == [1]
    assert git(rehearsal.remote, "rev-parse", "refs/heads/main") == commit
    # What somebody else has committed on the ledger's branch is let be.
    shown = git(rehearsal.remote, "show", "refs/heads/satops-state:NOTES.md")
    assert shown == "Seen by the auditors."


def test_a_force_push_is_seen_by_whoever_knew_the_ledger_and_a_changed_event_by_everybody(
    rehearsal: Rehearsal,
) -> None:
    merged(rehearsal, "hanoi")
    clone = rehearsal.clone("clone")
    assert rehearsal.satops(clone, "apply", "--yes").returncode == ExitCode.DONE
    head, whole = rehearsal.state().head.digest, rehearsal.state_commit()
    git(clone, "fetch", "-q", "origin", "satops-state")
    first = git(clone, "rev-list", "--max-parents=0", "FETCH_HEAD")
    saved = rehearsal.satops(clone, "plan", "--out", "plan.json")
    assert saved.returncode == ExitCode.DONE
    git(rehearsal.remote, "update-ref", "refs/heads/satops-state", first)
    # A clone remembers the last commit that it saw.
    known = rehearsal.satops(clone, "apply", "--yes")
    assert known.returncode == ExitCode.LEDGER
    assert "was rewritten" in known.stderr
    # A fresh clone cannot remember: a noted head tells, and so does a saved plan.
    fresh = rehearsal.clone("fresh")
    assert rehearsal.satops(fresh, "verify").returncode == ExitCode.DONE
    assert rehearsal.satops(fresh, "verify", "--head", head).returncode == ExitCode.LEDGER
    another = {"SATOPS_LOCAL": str(rehearsal.folder / "another-machine")}
    saved_plan = str(clone / "plan.json")
    stale = rehearsal.satops(fresh, "apply", "--plan", saved_plan, "--yes", environ=another)
    assert stale.returncode == ExitCode.REFUSED
    assert rehearsal.bought() == [1]

    git(rehearsal.remote, "update-ref", "refs/heads/satops-state", whole)
    forger = rehearsal.clone("forger", "origin/satops-state")
    (segment,) = (forger / "ledger").iterdir()
    text = segment.read_text("utf-8")
    number = json.loads(text.splitlines()[-2])["order_no"]
    segment.write_text(text.replace(number, "PROG_ORDER_1"), "utf-8")
    git(forger, "commit", "-q", "-a", "--amend", "-m", "Place 1 order")
    git(forger, "push", "-q", "-f", "origin", "HEAD:refs/heads/satops-state")
    merged(rehearsal, "mekong-flood")
    applied = rehearsal.apply()
    assert applied.returncode == ExitCode.LEDGER, applied.stderr
    assert "was changed after it was written" in applied.stderr
    assert rehearsal.bought() == [1]


def test_a_cancelled_run_ends_what_is_on_the_wire_and_records_it(
    rehearsal: Rehearsal,
) -> None:
    merged(rehearsal, *SLUGS)
    rehearsal.market.faults.replace([Rule(kind=Kind.SLOW, seconds=6, count=1)])
    clone = rehearsal.clone("cancelled")
    config = clone / "satops.yaml"
    text = config.read_text("utf-8")
    config.write_text(text.replace("apply: {", "apply: {concurrency: 1, "), "utf-8")
    approved = rehearsal.approve(clone)
    assert isinstance(approved, dict)
    with rehearsal.start_step("Apply", clone, **approved) as running:
        while not rehearsal.market.store.requests("programming/create"):
            assert running.poll() is None
            sleep(0.02)
        # The forge signals the shell alone: what it started must have taken its place.
        running.send_signal(signal.SIGINT)
        running.communicate()
    assert running.returncode == ExitCode.INTERRUPTED
    placed = sum(standing == "placed" for standing in rehearsal.standings().values())
    assert placed == len(rehearsal.bought())
    assert 1 <= placed < len(SLUGS)
    rehearsal.market.faults.replace()
    assert rehearsal.apply().returncode == ExitCode.DONE
    assert rehearsal.bought() == [1] * len(SLUGS)
