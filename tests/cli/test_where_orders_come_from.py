"""Who asked for an order, from which commit, and what `buy` in satops.yaml allows."""

import json
import subprocess
from typing import Any

import pytest

from satops.adapters.git_command import Git, Ran
from satops.errors import ExitCode
from tests.cli.conftest import Satops

GIT = ("git", "-c", "user.name=Test", "-c", "user.email=test@example.test")
BUY = "buy: {from: committed, branch: main}\n"


def git(satops: Satops, *arguments: str) -> str:
    call = [*GIT, *arguments]
    ran = subprocess.run(call, cwd=satops.root, check=True, capture_output=True, text=True)
    return ran.stdout.strip()


def commit(satops: Satops, title: str) -> str:
    git(satops, "add", "-A")
    git(satops, "commit", "-q", "--allow-empty", "-m", title)
    return git(satops, "rev-parse", "HEAD")


@pytest.fixture
def team(satops: Satops) -> Satops:
    git(satops, "init", "-q", "-b", "main")
    (satops.root / ".gitattributes").write_text("*.yaml text\n")
    return satops


def intents(satops: Satops) -> dict[str, dict[str, object]]:
    events = satops("history", "--json").json["events"]
    found = [event for event in events if event["kind"] == "SubmissionIntended"]
    return {event["name"].rpartition("-20")[0]: event for event in found}


def test_an_intent_names_the_commit_that_last_touched_its_spec_or_its_aoi(team: Satops) -> None:
    first = commit(team, "Orders")
    team.edit("aois/mekong.geojson", "[105.84, 10.10]", "[105.85, 10.10]")
    second = commit(team, "Move an area")
    commit(team, "Something else")
    # With other ends of lines git holds the same file.
    path = team.root / "orders/da-nang-port.yaml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    team.edit("orders/hanoi.yaml", "maxCloud: 20", "maxCloud: 21")
    assert team("apply", "--yes").code == ExitCode.DONE
    found = intents(team)
    assert (found["hanoi"]["commit"], found["hanoi"]["committed"]) == (first, False)
    assert (found["mekong-flood"]["commit"], found["mekong-flood"]["committed"]) == (second, True)
    assert (found["da-nang-port"]["commit"], found["da-nang-port"]["committed"]) == (first, True)


def test_a_shallow_clone_names_no_commit_and_is_asked_about_once(
    team: Satops, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt, calls = Git.attempt, list[str]()

    def counted(self: Git, *arguments: str, **more: Any) -> Ran:
        calls.extend(arguments)
        return attempt(self, *arguments, **more)

    monkeypatch.setattr(Git, "attempt", counted)
    commit(team, "Orders")
    (team.root / ".git/shallow").write_text(commit(team, "More") + "\n")
    assert team("apply", "--yes").code == ExitCode.DONE
    assert {intent.get("commit") for intent in intents(team).values()} == {None}
    assert {intent["committed"] for intent in intents(team).values()} == {True}
    assert calls.count("--is-shallow-repository") == 1


def test_outside_of_git_nothing_is_said_of_commits(satops: Satops) -> None:
    assert satops("apply", "--yes").code == ExitCode.DONE
    assert {intent.get("committed") for intent in intents(satops).values()} == {None}


def test_buy_refuses_what_is_not_committed_or_not_on_the_branch(team: Satops) -> None:
    with (team.root / "satops.yaml").open("a") as config:
        config.write(BUY)
    head = commit(team, "Orders")
    unknown = team("apply", "--yes")
    assert unknown.code == ExitCode.REFUSED
    assert "git cannot tell whether this commit is in origin/main" in " ".join(unknown.err.split())
    git(team, "update-ref", "refs/remotes/origin/main", head)
    team.edit("orders/hanoi.yaml", "maxCloud: 20", "maxCloud: 21")
    dirty = team("apply", "--yes")
    assert dirty.code == ExitCode.REFUSED
    assert "hanoi-" in dirty.err
    commit(team, "Ahead of the branch")
    ahead = team("apply", "--yes")
    assert ahead.code == ExitCode.REFUSED
    assert "is not in origin/main" in " ".join(ahead.err.split())
    assert intents(team) == {}
    git(team, "update-ref", "refs/remotes/origin/main", "HEAD")
    assert team("apply", "--yes").code == ExitCode.DONE


def test_each_order_gets_the_pull_request_of_its_own_commit(team: Satops) -> None:
    (team.root / "orders/hanoi.yaml").rename(team.root / "hanoi.txt")
    first = commit(team, "One")
    (team.root / "hanoi.txt").rename(team.root / "orders/hanoi.yaml")
    second = commit(team, "Two")
    assert team("plan", "--also", "commits=.git/commits").code == ExitCode.DONE
    assert (team.root / ".git/commits").read_text().split() == sorted((first, second))
    told = {first: {"pull_request": "https://forge/1", "approvals": ["ada", "bob"]},
            second: {"pull_request": "https://forge/2", "approvals": []}}  # fmt: skip
    (team.root / ".git/told.json").write_text(json.dumps(told))
    there = {"SATOPS_PROVENANCE": str(team.root / ".git/told.json"), "SATOPS_ACTOR": "eve"}
    assert team("apply", "--yes", environ=there).code == ExitCode.DONE
    found = intents(team)
    assert found["mekong-flood"]["approvals"] == ["ada", "bob"]
    assert found["hanoi"]["pull_request"] == "https://forge/2"
    name = str(found["mekong-flood"]["name"])
    shown = team("show", name, "--json").json["provenance"]
    assert (shown["actor"], shown["commit"], shown["committed"]) == ("eve", first, True)
    assert (shown["pull_request"], shown["approvals"]) == ("https://forge/1", ["ada", "bob"])
    page = team("show", name).out
    for word in ("eve", first, "https://forge/1", "ada, bob"):
        assert word in page


@pytest.mark.parametrize("content", [None, "no JSON", "[]", '{"x": 3}'])
def test_a_forge_that_told_nothing_stops_no_purchase(team: Satops, content: str | None) -> None:
    commit(team, "Orders")
    path = team.root / ".git/told.json"
    if content is not None:
        path.write_text(content)
    ran = team("apply", "--yes", environ={"SATOPS_PROVENANCE": str(path)})
    assert ran.code == ExitCode.DONE
    assert ("are not recorded" in ran.err) == (content != '{"x": 3}')
