"""The workflow that a person starts to see which satellites would pass over a pull request."""

import json
from pathlib import Path

import pytest

from satops.api.init import init
from tests.gitops.act import Act
from tests.gitops.github_api import GitHub
from tests.gitops.rehearsal import TOKEN, Rehearsal
from tests.gitops.test_strangers import config, listener


@pytest.fixture
def simulating(rehearsal: Rehearsal) -> Rehearsal:
    """A team whose account has simulations, and that has the workflow for them."""

    def switch_on(work: Path) -> None:
        url = f"url: {rehearsal.market.url}"
        config(url, f"simulation: true\n  {url}")(work)
        init(work, ci="github", update=True)

    rehearsal.merge(rehearsal.open(switch_on))
    return rehearsal


def test_it_takes_a_number_and_its_orders_as_data_and_answers_as_artifact_and_comment(
    simulating: Rehearsal, act: Act, api: GitHub
) -> None:
    def hook(work: Path) -> None:
        for program in ("satops.py", "pip.py", "sitecustomize.py"):
            (work / program).write_text("raise SystemExit('a file of the tree was run')\n")

    before = simulating.state_commit()
    with listener() as (address, heard):
        there = config(simulating.market.url, f"http://{address}/market_service")
        request = simulating.open(simulating.order("hanoi"), there, hook, fork=True)
        ran = act.feasibility(str(request.number))
    assert ran.ok, ran.log
    assert heard == []
    (comment,) = api.comments
    assert comment.issue == request.number
    assert comment.body.startswith("<!-- satops feasibility -->")
    kept = simulating.artifacts / "satops-feasibility/feasibility.json"
    (told,) = json.loads(kept.read_bytes())["orders"]
    assert told["name"].startswith("hanoi-")
    assert told["passes"]
    assert told["name"] in comment.body
    assert "Nothing was ordered." in ran.summary
    assert TOKEN not in ran.log
    assert simulating.bought() == []
    assert simulating.state_commit() == before

    ran = act.feasibility("1/head:refs/heads/main")
    assert not ran.ok
    assert "Give the number of a pull request." in ran.log
    assert api.comments == [comment]
