"""The workflows of `init --ci github`, run by act from the branch to the ledger."""

import json
from pathlib import Path
from typing import Any

from satops.errors import ExitCode
from tests.adapters.git.forge import git
from tests.gitops.act import Act
from tests.gitops.github_api import Comment, GitHub
from tests.gitops.rehearsal import NAME, TOKEN, Rehearsal

MARKER = "<!-- satops plan -->"


def test_from_a_branch_to_the_ledger(rehearsal: Rehearsal, act: Act, api: GitHub) -> None:
    request = rehearsal.open(rehearsal.order("hanoi", "mekong-flood"))
    # However often it is pushed, a pull request has one comment, and those of others are let be.
    person = Comment(1, request.number, f"{MARKER} I write this myself.", bot=False)
    other = Comment(2, request.number, "Another bot.")
    elsewhere = Comment(3, request.number + 1, f"{MARKER} of another pull request")
    api.comments += [person, other, elsewhere]
    plans = [act.plan(request), act.plan(request)]
    assert all(planned.ok for planned in plans), plans[-1].log
    assert [comment.edits for comment in api.comments] == [0, 0, 0, 1]
    comment = api.comments[3].body
    assert comment.startswith(MARKER)
    assert comment.strip() == plans[1].summary.strip()
    assert "satops plan: 2 orders to create" in comment
    kept = rehearsal.artifacts / "satops-plan"
    assert json.loads((kept / "plan.json").read_bytes())["summary"]["create"] == 2
    assert len(json.loads((kept / "plan.geojson").read_bytes())["features"]) == 2

    api.pulls[request.head] = request.number
    commit = rehearsal.merge(request)
    waiting = act.nightly()
    assert waiting.ok, waiting.log
    assert "was merged and waits to be bought (since 0 h)." in waiting.summary
    assert rehearsal.bought() == []
    applied = act.apply(ACTIONS_STEP_DEBUG="true", GIT_TRACE="1")
    assert applied.ok, applied.log
    assert "Placed 2 of 2 expected." in applied.summary
    assert rehearsal.standings() == {"hanoi": "placed", "mekong-flood": "placed"}
    for event in events(rehearsal, "SubmissionIntended"):
        assert (event["commit"], event["committed"]) == (request.head, True)
        assert event["pull_request"] == f"https://forge/{request.number}"
        assert event["approvals"] == ["ada"]
    assert rehearsal.apply().returncode == ExitCode.DONE
    night = act.nightly()
    assert night.ok, night.log
    assert "waits to be bought" not in night.summary
    assert "2 statuses changed." in night.summary
    assert "StatusObserved" in rehearsal.kinds()
    assert rehearsal.bought() == [1, 1]
    history = git(rehearsal.remote, "log", "--format=%s", "refs/heads/satops-state")
    assert "Place 2 orders" in history
    assert git(rehearsal.remote, "rev-parse", "refs/heads/main") == commit
    for ran in (*plans, waiting, applied, night):
        assert TOKEN not in ran.log
    assert_nowhere(TOKEN, rehearsal)


def events(rehearsal: Rehearsal, kind: str) -> list[dict[str, Any]]:
    """Return the events of a kind that are in the ledger."""
    ran = rehearsal.satops(rehearsal.clone("audit"), "history", "--json")
    return [event for event in json.loads(ran.stdout)["events"] if event["kind"] == kind]


def assert_nowhere(secret: str, rehearsal: Rehearsal) -> None:
    """Look for a secret in every commit, every artifact and every file of every checkout."""
    git(rehearsal.remote, "repack", "-q", "-d", "--window=0", "--depth=0")
    assert secret not in git(rehearsal.remote, "log", "--all", "--format=%B", "-p", "-m")
    folders = (rehearsal.artifacts, rehearsal.folder / "clones")
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    assert files
    assert not any(secret.encode() in path.read_bytes() for path in files)


def test_what_cannot_be_posted_kept_or_asked_is_never_the_verdict(
    rehearsal: Rehearsal, act: Act, api: GitHub
) -> None:
    api.broken = True
    request = rehearsal.open(rehearsal.order("hanoi"))
    planned = act.plan(request, FAIL_UPLOADS="yes")
    assert planned.ok, planned.log
    assert "The comments could not be read." in planned.log
    assert "1 order to create" in planned.summary
    rehearsal.merge(request)
    applied = act.apply()
    assert applied.ok, applied.log
    assert "GitHub did not answer" in applied.log
    assert rehearsal.standings() == {"hanoi": "placed"}


def test_a_plan_that_fails_is_red_and_says_why_in_the_comment(
    rehearsal: Rehearsal, act: Act, api: GitHub
) -> None:
    def misspell(work: Path) -> None:
        spec = work / "orders/hanoi.yaml"
        spec.write_text(spec.read_text("utf-8").replace("changguang ", "changguan "), "utf-8")

    planned = act.plan(rehearsal.open(rehearsal.order("hanoi"), misspell))
    assert not planned.ok
    (comment,) = api.comments
    assert "orders/hanoi.yaml" in comment.body
    assert "file=orders/hanoi.yaml,line=6" in planned.log


def test_of_two_merges_the_approval_of_one_buys_what_its_plan_shows_and_nothing_twice(
    rehearsal: Rehearsal,
) -> None:
    rehearsal.merge(rehearsal.open(rehearsal.order("hanoi")))
    first = rehearsal.clone("first")
    seen = rehearsal.approve(first)
    assert isinstance(seen, dict)
    # While that waits for its approval, a second one is merged, planned, and approved at once.
    rehearsal.merge(rehearsal.open(rehearsal.order("mekong-flood")))
    rehearsal.merge(rehearsal.open(rehearsal.order("da-nang-port")))
    second = rehearsal.clone("second", "main~1")
    git(second, "checkout", "-q", "-B", "main")
    both = rehearsal.approve(second)
    assert isinstance(both, dict)
    git(second, "checkout", "-q", "--detach", "origin/main")
    with rehearsal.start_step("Apply", second, **both) as running:
        out, err = running.communicate()
    assert running.returncode == ExitCode.DONE, err
    assert rehearsal.standings() == {"hanoi": "placed", "mekong-flood": "placed"}
    assert "da-nang-port" in err
    # The first approval, given late: its order is placed already, which is no failure.
    git(first, "fetch", "-q", f"file://{rehearsal.remote}", "+main:refs/remotes/origin/main")
    git(first, "checkout", "-q", "--detach", "origin/main")
    with rehearsal.start_step("Apply", first, **seen) as running:
        out, err = running.communicate()
    assert running.returncode == ExitCode.DONE, out + err
    assert rehearsal.bought() == [1, 1]


def test_an_old_run_that_is_started_again_buys_what_main_wants_now(
    rehearsal: Rehearsal, act: Act
) -> None:
    old = rehearsal.merge(rehearsal.open(rehearsal.order("hanoi")))
    commit = rehearsal.merge(
        rehearsal.open(
            rehearsal.order("mekong-flood"), lambda work: (work / "orders/hanoi.yaml").unlink()
        )
    )
    again = act.apply(commit=old, GITHUB_RUN_ID="42")
    assert again.ok, again.log
    assert rehearsal.standings() == {"mekong-flood": "placed"}
    assert rehearsal.bought() == [1]
    started = events(rehearsal, "RunStarted")[-1]
    assert (started["command"], started["commit"], started["branch"]) == ("apply", commit, "main")
    assert started["run_url"] == f"{rehearsal.server.url}/{NAME}/actions/runs/42"


def test_what_buys_keeps_the_wheels_for_plans_and_reads_none_of_them(
    rehearsal: Rehearsal, act: Act
) -> None:
    first = act.apply(INSTALLED="")
    assert first.ok, first.log
    assert "Saved satops-" in first.log
    planned = act.plan(rehearsal.open(rehearsal.order("hanoi")), INSTALLED="")
    assert planned.ok, planned.log
    assert "Restored satops-" in planned.log
    again = act.apply()
    assert again.ok, again.log
    assert "Restored satops-" not in again.log
    assert "Saved satops-" not in again.log


def test_a_folder_of_the_repository_has_workflows_and_a_ledger_of_its_own(
    rehearsal: Rehearsal, act: Act, api: GitHub
) -> None:
    rehearsal.merge(rehearsal.open(rehearsal.second_root("imagery/asia")))
    ran = rehearsal.satops(rehearsal.clone("begin") / "imagery/asia", "ledger", "start", "--yes")
    assert ran.returncode == ExitCode.DONE, ran.stderr
    request = rehearsal.open(rehearsal.order("hanoi"))
    here = act.plan(request)
    assert here.ok, here.log
    there = act.plan(request, folder="imagery/asia")
    assert there.ok, there.log
    assert "1 order to create" in here.summary
    assert "3 orders to create" in there.summary
    markers = {comment.body.splitlines()[0] for comment in api.comments}
    assert markers == {MARKER, "<!-- satops plan imagery/asia -->"}
    assert (rehearsal.artifacts / "satops-plan-imagery-asia/plan.json").exists()

    applied = act.apply(folder="imagery/asia")
    assert applied.ok, applied.log
    assert "Placed 3 of 3 expected." in applied.summary
    assert rehearsal.standings() == {}
    assert git(rehearsal.remote, "rev-parse", "refs/heads/satops-state-imagery-asia")
