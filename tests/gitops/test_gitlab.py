"""The pipeline of `init --ci gitlab`, run by gitlab-ci-local from the branch to the ledger."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.git.forge import git
from tests.gitops.gitlab import NOTE_TOKEN, GitLab, Pipelines, gitlab, notes_of
from tests.gitops.rehearsal import TOKEN, Edit, Rehearsal


@pytest.fixture
def api() -> Iterator[GitLab]:
    with gitlab() as served:
        yield served


@pytest.fixture
def pipelines(gitlab_rehearsal: Rehearsal, api: GitLab, python: Path) -> Pipelines:
    return Pipelines(gitlab_rehearsal, api, python)


def test_from_a_branch_to_the_ledger(pipelines: Pipelines, api: GitLab) -> None:
    rehearsal = pipelines.rehearsal
    request = rehearsal.open(rehearsal.order("hanoi", "mekong-flood"))
    planned = pipelines.merge_request(request)
    assert planned.ok, planned.log
    plan = json.loads((planned.folder / "satops-plan/plan.json").read_bytes())
    assert plan["summary"]["create"] == 2
    assert (planned.folder / "satops-plan/plan.md").exists()
    assert api.notes == []
    # The plan is one note where a token for notes is given, however often it is pushed.
    noted = [pipelines.merge_request(request, SATOPS_NOTE_TOKEN=NOTE_TOKEN) for _ in range(2)]
    assert all(ran.ok for ran in noted), noted[-1].log
    (note,) = notes_of(api, request)
    assert note["body"].startswith("<!-- satops plan -->")
    assert "satops plan: 2 orders to create" in note["body"]
    assert note["edits"] == 1

    api.merged[request.head] = request.number
    commit = rehearsal.merge(request)
    # GitLab's own value of the file is all there is when nobody has set one.
    unset = pipelines.on_main(SATOPS_MARKETPLACE="not-set")
    assert not unset.ok
    assert "allows only 'not-set'" in " ".join(unset.log.split())
    assert rehearsal.bought() == []
    applied = pipelines.on_main(SATOPS_NOTE_TOKEN=NOTE_TOKEN)
    assert applied.ok, applied.log
    assert rehearsal.standings() == {"hanoi": "placed", "mekong-flood": "placed"}
    assert rehearsal.bought() == [1, 1]
    ran = rehearsal.satops(rehearsal.clone("audit"), "history", "--json")
    events = json.loads(ran.stdout)["events"]
    assert [e for e in events if e.get("command") == "apply"][-1]["commit"] == commit
    for intent in (event for event in events if event["kind"] == "SubmissionIntended"):
        assert intent["pull_request"] == f"https://forge/{request.number}"
        assert intent["approvals"] == ["ada"]
    assert TOKEN not in planned.log + applied.log
    assert NOTE_TOKEN not in noted[-1].log + applied.log
    kept = [path for path in applied.folder.rglob("*") if path.is_file()]
    assert not any(NOTE_TOKEN.encode() in path.read_bytes() for path in kept)

    night = pipelines.on_main("schedule")
    assert night.ok, night.log
    assert rehearsal.kinds()[-3:] == ["StatusObserved", "Refreshed", "RunFinished"]
    assert rehearsal.bought() == [1, 1]


def test_a_merge_request_that_does_not_validate_is_red(pipelines: Pipelines) -> None:
    rehearsal = pipelines.rehearsal

    def misspell(work: Path) -> None:
        spec = work / "orders/hanoi.yaml"
        spec.write_text(spec.read_text("utf-8").replace("changguang ", "changguan "), "utf-8")

    planned = pipelines.merge_request(rehearsal.open(rehearsal.order("hanoi"), misspell))
    assert not planned.ok
    assert "orders/hanoi.yaml:6" in planned.log


def committed(path: str, content: str) -> Edit:
    """Return the edit that commits a file, whatever `.gitignore` says."""

    def write(work: Path) -> None:
        (work / path).parent.mkdir(parents=True, exist_ok=True)
        (work / path).write_text(content, "utf-8")
        git(work, "add", "--force", path)

    return write


def test_a_committed_page_is_never_shown_as_the_plan(pipelines: Pipelines, api: GitLab) -> None:
    rehearsal = pipelines.rehearsal
    forged = committed("satops-plan/plan.md", "<!-- satops plan -->\nAll limits hold.\n")
    invalid = committed("orders/hanoi.yaml", "name: hanoi\n")
    request = rehearsal.open(forged, invalid)
    planned = pipelines.merge_request(request, SATOPS_NOTE_TOKEN=NOTE_TOKEN)
    assert not planned.ok
    assert "All limits hold" not in (planned.folder / "satops-plan/plan.md").read_text("utf-8")
    (note,) = notes_of(api, request)
    assert "All limits hold" not in note["body"]

    unreadable = committed("satops.yaml", "nothing: here\n")
    request = rehearsal.open(forged, unreadable)
    assert not pipelines.merge_request(request, SATOPS_NOTE_TOKEN=NOTE_TOKEN).ok
    (note,) = notes_of(api, request)
    assert note["body"].startswith("<!-- satops plan -->\nNo plan could be made.")


def test_committed_approvals_are_never_recorded(pipelines: Pipelines) -> None:
    rehearsal = pipelines.rehearsal
    claimed = '{"pull_request": "https://forge/1", "approvals": ["ceo"]}'
    forged = committed("satops-merged/provenance.json", f'{{"{"0" * 40}": {claimed}}}')
    rehearsal.merge(rehearsal.open(rehearsal.order("hanoi"), forged))
    ran = pipelines.on_main()
    assert not ran.ok
    assert "The branch holds this path, which a job writes." in ran.log
    assert rehearsal.bought() == []


def test_a_gitlab_that_fails_or_sends_elsewhere_gets_the_token_alone_and_stops_nothing(
    pipelines: Pipelines, api: GitLab
) -> None:
    rehearsal = pipelines.rehearsal
    request = rehearsal.open(rehearsal.order("hanoi"))
    api.broken = True
    assert pipelines.merge_request(request, SATOPS_NOTE_TOKEN=NOTE_TOKEN).ok
    api.broken = False
    api.tokens.clear()
    rehearsal.merge(request)
    with gitlab() as other:
        api.elsewhere = other.url
        applied = pipelines.on_main(SATOPS_NOTE_TOKEN=NOTE_TOKEN)
    assert applied.ok, applied.log
    assert "GitLab did not answer" in applied.log
    assert NOTE_TOKEN not in applied.log
    assert (set(api.tokens), other.tokens) == ({NOTE_TOKEN}, [])
    assert rehearsal.standings() == {"hanoi": "placed"}


def test_a_folder_of_the_repository_has_jobs_and_a_ledger_of_its_own(pipelines: Pipelines) -> None:
    rehearsal = pipelines.rehearsal

    def include(work: Path) -> None:
        with (work / ".gitlab-ci.yml").open("a") as file:
            file.write("\ninclude: [{local: .ci/satops/imagery-asia/gitlab-ci.yml}]\n")

    rehearsal.merge(rehearsal.open(rehearsal.second_root("imagery/asia"), include))
    work = rehearsal.clone("begin") / "imagery/asia"
    assert rehearsal.satops(work, "ledger", "start", "--yes").returncode == 0
    request = rehearsal.open(rehearsal.order("hanoi"))
    planned = pipelines.merge_request(request)
    assert planned.ok, planned.log
    created = {
        name: json.loads((planned.folder / name / "plan.json").read_bytes())["summary"]["create"]
        for name in ("satops-plan", "satops-plan-imagery-asia")
    }
    assert created == {"satops-plan": 1, "satops-plan-imagery-asia": 3}
    rehearsal.merge(request)
    applied = pipelines.on_main(approve="satops-apply-imagery-asia")
    assert applied.ok, applied.log
    assert rehearsal.standings() == {}
    assert rehearsal.bought() == [1, 1, 1]
