"""The night's run on both forges: what fails it, what it only notes, and that no step stops it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from satops.sandbox.faults import Kind, Rule
from tests.gitops.act import Act
from tests.gitops.gitlab import Pipelines, gitlab
from tests.gitops.rehearsal import NAME, Rehearsal

READ_ALL = ("Nothing is in doubt.", "1 status changed.", "is whole:", "UTC. To buy:")


@dataclass
class Night:
    """The night's run of one forge."""

    runner: Act | Pipelines

    @property
    def rehearsal(self) -> Rehearsal:
        return self.runner.rehearsal

    def __call__(self, **variables: str) -> tuple[bool, str]:
        """Run it, and return whether it is green and all that it said, as running text."""
        if isinstance(self.runner, Act):
            night = self.runner.nightly(**variables)
            return night.ok, " ".join(night.log.split())
        scheduled = self.runner.on_main("schedule", **variables)
        return scheduled.ok, " ".join(scheduled.log.split())

    def merge(self, *slugs: str, config: str = "") -> None:
        """Merge orders, and lines at the end of satops.yaml."""

        def configure(work: Path) -> None:
            with (work / "satops.yaml").open("a") as file:
                file.write(config)

        here = self.rehearsal
        here.merge(here.open(here.order(*slugs), configure))

    def satops(self, *arguments: str) -> dict[str, Any]:
        """Run a command in a fresh clone of main, and return its report."""
        ran = self.rehearsal.satops(self.rehearsal.clone("person"), *arguments, "--json")
        report: dict[str, Any] = json.loads(ran.stdout)
        return report


@pytest.fixture(params=["github", "gitlab"])
def night(request: pytest.FixtureRequest, python: Path) -> Iterator[Night]:
    if request.param == "github":
        yield Night(request.getfixturevalue("act"))
        return
    with gitlab() as api:
        yield Night(Pipelines(request.getfixturevalue("gitlab_rehearsal"), api, python))


def test_drift_and_a_long_wait_fail_and_what_a_person_has_settled_is_green(night: Night) -> None:
    market = night.rehearsal.market
    night.merge("hanoi")
    (placed,) = night.satops("apply", "--yes")["orders"]
    night.merge("mekong-flood", config="nightly: {waitsH: 0.0001}\n")
    (wanted,) = [it for it in night.satops("plan")["actions"] if it["action"] == "create"]
    foreign = market.store.insert(wanted["request"])
    assert market.store.mark(placed["order_no"], deleted=True)
    green, said = night()
    assert not green
    for words in (
        f"{foreign}, created",
        f"which is {wanted['name']}",
        f"{placed['name']}: the marketplace marks {placed['order_no']} as deleted.",
        *READ_ALL,
        f"{wanted['name']} was merged and waits to be bought",
        "(since 0 h; nightly.waitsH is 0.0001).",
    ):
        assert words in said
    if isinstance(night.runner, Act):
        assert f"{NAME}/actions/workflows/satops-apply.yml" in said
    assert night.rehearsal.bought() == [1]

    assert night.satops("foreign", foreign, "--because", "the other team's", "--yes")
    here = night.rehearsal
    here.merge(here.open(lambda work: (work / "orders/hanoi.yaml").unlink()))
    assert night.satops("apply", "--yes")["summary"]["placed"] == 1
    green, said = night()
    assert green, said
    assert "its spec is gone too" in said
    assert foreign not in said


@pytest.mark.parametrize("night", ["github"], indirect=True)  # GitLab's steps: the drift
def test_an_order_in_doubt_fails_and_the_other_steps_run(night: Night) -> None:
    market = night.rehearsal.market
    night.merge("hanoi")
    market.faults.replace([Rule(kind=Kind.CLOSE, count=1)])
    assert night.satops("apply", "--yes")["summary"]["in_doubt"] == 1
    market.faults.replace([Rule(on="query", kind=Kind.GARBAGE)])
    green, said = night()
    assert not green
    assert "Settled 0 of 1; 1 still in doubt." in said
    assert "is whole:" in said


@pytest.mark.parametrize("night", ["gitlab"], indirect=True)  # GitHub's: the guide
def test_with_the_embedded_sandbox_the_night_says_that_it_ends_and_is_green(night: Night) -> None:
    night.merge("hanoi")
    night.satops("apply", "--yes")

    def embedded(work: Path) -> None:
        config = work / "satops.yaml"
        address = f"url: {night.rehearsal.market.url}"
        config.write_text(config.read_text("utf-8").replace(address, "url: sandbox"), "utf-8")

    here = night.rehearsal
    here.merge(here.open(here.order("mekong-flood"), embedded))
    sandbox = {"MARKETPLACE": "sandbox", "SATOPS_MARKETPLACE": "sandbox"}
    green, said = night(**sandbox)
    assert green, said
    assert "The embedded sandbox ends with the runner" in said
    assert "was merged and waits to be bought (since 0 h)." in said
