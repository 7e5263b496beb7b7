"""Who runs satops, for what commit and where: GitHub, GitLab, another CI, and a laptop."""

import json
import platform
import subprocess
from pathlib import Path

import pytest
from msgspec.structs import asdict

from satops import __version__
from satops.adapters.provenance import local_user, run_started, spec_address
from satops.core.ledger.events import RunStarted

SECRET = "never-to-be-written-down"
SECRETS = {
    "SATOPS_TOKEN": SECRET,
    "GITHUB_TOKEN": SECRET,
    "CI_JOB_TOKEN": SECRET,
    "ACTIONS_RUNTIME_TOKEN": SECRET,
    "AWS_SECRET_ACCESS_KEY": SECRET,
}
GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://forge.example",
    "GITHUB_REPOSITORY": "team/orders",
    "GITHUB_ACTOR": "ada",
    "GITHUB_SHA": "a" * 40,
    "GITHUB_REF_NAME": "main",
    "GITHUB_RUN_ID": "42",
}
GITLAB = {
    "GITLAB_CI": "true",
    "GITLAB_USER_LOGIN": "grace",
    "CI_COMMIT_SHA": "b" * 40,
    "CI_COMMIT_REF_NAME": "main",
    "CI_JOB_URL": "https://forge.example/team/orders/-/jobs/7",
    "CI_PROJECT_URL": "https://forge.example/team/orders",
}


def test_a_run_on_github_names_actor_commit_branch_and_run(tmp_path: Path) -> None:
    started = run_started("apply", tmp_path, GITHUB)
    assert started == RunStarted(
        command="apply",
        tool=f"satops {__version__}",
        host=platform.node(),
        actor="ada",
        commit="a" * 40,
        branch="main",
        run_url="https://forge.example/team/orders/actions/runs/42",
    )


def test_a_pull_request_on_github_is_read_from_the_file_of_the_event(tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 12}}))
    environment = {**GITHUB, "GITHUB_EVENT_PATH": str(event), "GITHUB_HEAD_REF": "more-orders"}
    started = run_started("plan", tmp_path, environment)
    assert started.pull_request == "https://forge.example/team/orders/pull/12"
    assert started.branch == "more-orders"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pull_request": null}', '{"ref": "main"}'])
def test_an_event_without_a_pull_request_names_none(tmp_path: Path, content: str) -> None:
    event = tmp_path / "event.json"
    event.write_text(content)
    environment = {**GITHUB, "GITHUB_EVENT_PATH": str(event)}
    assert run_started("apply", tmp_path, environment).pull_request is None


def test_a_run_on_gitlab_names_actor_commit_branch_and_job(tmp_path: Path) -> None:
    started = run_started("apply", tmp_path, GITLAB)
    assert (started.actor, started.commit, started.branch) == ("grace", "b" * 40, "main")
    assert started.run_url == "https://forge.example/team/orders/-/jobs/7"
    assert started.pull_request is None


@pytest.mark.parametrize(
    ("more", "project"),
    [
        ({}, "team/orders"),
        ({"CI_MERGE_REQUEST_PROJECT_URL": "https://forge.example/team/target"}, "team/target"),
    ],
)
def test_a_merge_request_is_one_of_the_project_that_it_is_for(
    tmp_path: Path, more: dict[str, str], project: str
) -> None:
    environment = {**GITLAB, "CI_MERGE_REQUEST_IID": "3", **more}
    started = run_started("plan", tmp_path, environment)
    assert started.pull_request == f"https://forge.example/{project}/-/merge_requests/3"


@pytest.mark.parametrize("forge", [{}, GITHUB, GITLAB], ids=["other", "github", "gitlab"])
def test_what_is_said_by_our_own_variables_wins(tmp_path: Path, forge: dict[str, str]) -> None:
    own = {
        "SATOPS_ACTOR": "bot",
        "SATOPS_PULL_REQUEST": "https://ci.example/changes/9",
        "SATOPS_RUN_URL": "https://ci.example/runs/9",
        "SATOPS_APPROVALS": "ada,,grace",
    }
    started = run_started("apply", tmp_path, {**forge, **own})
    assert started.actor == "bot"
    assert started.pull_request == "https://ci.example/changes/9"
    assert started.run_url == "https://ci.example/runs/9"
    assert started.approvals == ("ada", "grace")


def test_a_laptop_names_its_user_and_what_was_checked_out(tmp_path: Path) -> None:
    assert run_started("apply", tmp_path, {}).commit is None
    for command in (
        ["init", "-q", "-b", "trunk"],
        ["-c", "user.name=Ada", "-c", "user.email=ada@example.org",
         "commit", "-q", "--allow-empty", "-m", "Begin"],
    ):  # fmt: skip
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    asked = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    started = run_started("apply", tmp_path, {})
    assert (started.commit, started.branch) == (asked.stdout.strip(), "trunk")
    assert (started.actor, started.host) == (local_user(), platform.node())
    assert (started.pull_request, started.run_url, started.approvals) == (None, None, None)
    # What was checked out counts, not the commit of the event.
    assert run_started("apply", tmp_path, GITHUB).commit == asked.stdout.strip()


def test_an_address_of_a_run_loses_its_credentials(tmp_path: Path) -> None:
    own = {"SATOPS_RUN_URL": f"https://bot:{SECRET}@ci.example/runs/9"}
    assert run_started("apply", tmp_path, own).run_url == "https://ci.example/runs/9"
    project = {**GITLAB, "CI_MERGE_REQUEST_IID": "3", "CI_PROJECT_URL": f"https://a:{SECRET}@f/x"}
    assert SECRET not in str(run_started("apply", tmp_path, project).pull_request)


@pytest.mark.parametrize("forge", [{}, GITHUB, GITLAB], ids=["other", "github", "gitlab"])
def test_no_secret_of_the_environment_is_written_down(
    tmp_path: Path, forge: dict[str, str]
) -> None:
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 1}, "token": SECRET}))
    environment = {**SECRETS, **forge, "GITHUB_EVENT_PATH": str(event)}
    assert SECRET not in str(asdict(run_started("apply", tmp_path, environment)))


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        (GITHUB, "https://forge.example/team/orders/blob/abc/asia/orders/h%20n.yaml#L3"),
        (
            {"GITLAB_CI": "true", "CI_PROJECT_URL": "https://lab.example/team/orders"},
            "https://lab.example/team/orders/-/blob/abc/asia/orders/h%20n.yaml#L3",
        ),
        ({}, None),
        ({**GITHUB, "GITHUB_REPOSITORY": "team/orders) [here](https://elsewhere"}, None),
    ],
)
def test_the_line_of_a_spec_has_an_address_at_the_forge_of_a_run(
    environment: dict[str, str], address: str | None
) -> None:
    assert spec_address(environment, "abc", "asia", "orders/h n.yaml", 3) == address
