"""The workflows of `init --ci github`, run by act from the branch to the ledger."""

import json
from pathlib import Path

from satops.errors import ExitCode
from tests.adapters.git.forge import git
from tests.gitops.act import Act
from tests.gitops.github_api import Comment, GitHub
from tests.gitops.rehearsal import NAME, TOKEN, Rehearsal

MARKER = "<!-- satops plan -->"


def test_from_a_branch_to_the_ledger(rehearsal: Rehearsal, act: Act, api: GitHub) -> None:
    request = rehearsal.open(rehearsal.order("hanoi", "mekong-flood"))
    planned = act.plan(request)
    assert planned.ok, planned.log
    (comment,) = api.comments
    assert comment.body.startswith(MARKER)
    assert comment.body.strip() == planned.summary.strip()
    assert "satops plan: 2 orders to create" in comment.body
    kept = rehearsal.artifacts / "satops-plan"
    assert json.loads((kept / "plan.json").read_bytes())["summary"]["create"] == 2
    assert len(json.loads((kept / "plan.geojson").read_bytes())["features"]) == 2
    assert rehearsal.bought() == []

    commit = rehearsal.merge(request)
    applied = act.apply()
    assert applied.ok, applied.log
    assert "Placed 2 of 2 expected." in applied.summary
    assert rehearsal.standings() == {"hanoi": "placed", "mekong-flood": "placed"}
    assert rehearsal.bought() == [1, 1]
    assert rehearsal.apply().returncode == ExitCode.DONE
    assert rehearsal.bought() == [1, 1]
    history = git(rehearsal.remote, "log", "--format=%s", "refs/heads/satops-state")
    assert "Place 2 orders" in history
    assert git(rehearsal.remote, "rev-parse", "refs/heads/main") == commit


def test_the_ledger_tells_which_commit_and_run_bought(rehearsal: Rehearsal, act: Act) -> None:
    event = rehearsal.merge(rehearsal.open(rehearsal.order("hanoi")))
    commit = rehearsal.merge(rehearsal.open(rehearsal.order("mekong-flood")))
    assert act.apply(event, GITHUB_RUN_ID="42").ok
    ran = rehearsal.satops(rehearsal.clone("audit"), "history", "--json")
    events = json.loads(ran.stdout)["events"]
    started = [e for e in events if e["kind"] == "RunStarted" and e["command"] == "apply"][-1]
    assert started["commit"] == commit
    assert started["branch"] == "main"
    assert started["run_url"] == f"{rehearsal.server.url}/{NAME}/actions/runs/42"


def test_the_ledger_tells_the_pull_request_and_who_approved_it(
    rehearsal: Rehearsal, act: Act, api: GitHub
) -> None:
    request = rehearsal.open(rehearsal.order("hanoi"))
    api.pulls[request.head] = request.number
    rehearsal.merge(request)
    applied = act.apply()
    assert applied.ok, applied.log
    ran = rehearsal.satops(rehearsal.clone("audit"), "history", "--json")
    events = json.loads(ran.stdout)["events"]
    (intent,) = [event for event in events if event["kind"] == "SubmissionIntended"]
    assert (intent["commit"], intent["committed"]) == (request.head, True)
    assert intent["pull_request"] == f"https://forge/{request.number}"
    assert intent["approvals"] == ["ada"]
    # A forge that does not answer is said, and stops nothing.
    rehearsal.merge(rehearsal.open(rehearsal.order("mekong-flood")))
    api.broken = True
    applied = act.apply()
    assert applied.ok, applied.log
    assert "GitHub did not answer" in applied.log
    assert rehearsal.standings() == {"hanoi": "placed", "mekong-flood": "placed"}


def test_the_token_is_in_no_log_no_file_and_no_commit(rehearsal: Rehearsal, act: Act) -> None:
    request = rehearsal.open(rehearsal.order("hanoi"))
    logs = [act.plan(request).log]
    rehearsal.merge(request)
    logs += [act.apply(ACTIONS_STEP_DEBUG="true", GIT_TRACE="1").log, act.nightly().log]
    assert not any(TOKEN in log for log in logs)
    git(rehearsal.remote, "repack", "-q", "-d", "--window=0", "--depth=0")
    everything = git(rehearsal.remote, "log", "--all", "--format=%B", "-p", "-m")
    assert TOKEN not in everything
    folders = (rehearsal.artifacts, rehearsal.folder / "clones")
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    assert files
    assert not any(TOKEN.encode() in path.read_bytes() for path in files)


def test_a_pull_request_has_one_comment_however_often_it_is_pushed(
    rehearsal: Rehearsal, act: Act, api: GitHub
) -> None:
    request = rehearsal.open(rehearsal.order("hanoi"))
    person = Comment(1, request.number, f"{MARKER} I write this myself.", bot=False)
    other = Comment(2, request.number, "Another bot.")
    elsewhere = Comment(3, request.number + 1, f"{MARKER} of another pull request")
    api.comments += [person, other, elsewhere]
    assert act.plan(request).ok
    assert act.plan(request).ok
    assert [comment.edits for comment in api.comments] == [0, 0, 0, 1]
    assert api.comments[3].body.startswith(MARKER)


def test_what_cannot_be_posted_or_kept_is_never_the_verdict(
    rehearsal: Rehearsal, act: Act, api: GitHub
) -> None:
    api.broken = True
    planned = act.plan(rehearsal.open(rehearsal.order("hanoi")), FAIL_UPLOADS="yes")
    assert planned.ok, planned.log
    assert "The comments could not be read." in planned.log
    assert "1 order to create" in planned.summary


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


def test_a_run_that_was_dropped_loses_nothing(rehearsal: Rehearsal) -> None:
    first = rehearsal.open(rehearsal.order("hanoi"))
    second = rehearsal.open(rehearsal.order("mekong-flood"))
    rehearsal.merge(first)  # its run waited, and was dropped when the next one came
    rehearsal.merge(second)
    assert rehearsal.apply().returncode == ExitCode.DONE
    assert rehearsal.standings() == {"hanoi": "placed", "mekong-flood": "placed"}


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


def test_an_old_run_that_is_started_again_buys_nothing_from_its_old_tree(
    rehearsal: Rehearsal, act: Act
) -> None:
    old = rehearsal.merge(rehearsal.open(rehearsal.order("hanoi")))
    rehearsal.merge(rehearsal.open(lambda work: (work / "orders/hanoi.yaml").unlink()))
    again = act.apply(commit=old)
    assert again.ok, again.log
    assert rehearsal.bought() == []


def test_the_night_says_that_orders_wait_and_buys_nothing(rehearsal: Rehearsal, act: Act) -> None:
    rehearsal.merge(rehearsal.open(rehearsal.order("hanoi")))
    night = act.nightly()
    assert night.ok, night.log
    assert "was merged and waits to be bought (since 0 h)." in night.summary
    assert rehearsal.bought() == []
    assert rehearsal.apply().returncode == ExitCode.DONE
    night = act.nightly()
    assert night.ok, night.log
    assert "waits to be bought" not in night.summary
    assert "1 status changed." in night.summary
    assert "StatusObserved" in rehearsal.kinds()


def test_what_buys_keeps_the_wheels_for_plans_and_reads_none_of_them(
    rehearsal: Rehearsal, act: Act
) -> None:
    rehearsal.merge(rehearsal.open(rehearsal.order("hanoi")))
    first = act.apply()
    assert first.ok, first.log
    assert "Saved satops-" in first.log
    planned = act.plan(rehearsal.open(rehearsal.order("mekong-flood")))
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
