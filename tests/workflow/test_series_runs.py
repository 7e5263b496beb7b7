"""24 members are bought once each: runs are killed, meet each other, and meet an edited file."""

from collections import Counter
from collections.abc import Callable

import pytest

from satops.core.ledger.state import Standing
from satops.core.plan.plan import ActionKind
from tests.half_placed import MONTHS, Buying, Changed
from tests.series import ports
from tests.simulation.world import Killed

STEPS = ("intended", "sending", "answered", "spooled", "recorded")


def team_of_24() -> tuple[Buying, Changed]:
    """Return a series of two ports, six months and two sensors, of which nothing is placed."""
    changed = Changed()
    changed.each["month"] = {"months": f"{MONTHS[0]}/{MONTHS[5]}"}
    changed.set(expect=24)
    return Buying(), changed


def kill_at(step: str, which: int) -> Callable[[str], None]:
    """End a run when a step is reached for the `which`th time."""
    left = Counter({step: which})

    def reach(name: str) -> None:
        left[name] -= 1
        if name == step and left[name] == 0:
            raise Killed

    return reach


def settle(team: Buying, changed: Changed) -> None:
    """Let time pass, look, and apply, as a team does after a run that broke."""
    for _ in range(6):
        team.world.seconds += 2_000
        team.reconcile()
    team.apply(tree=team.tree(changed))


def names_bought(team: Buying) -> Counter[bytes]:
    """Return how often each request was taken."""
    return Counter(bought.request for bought in team.shop.bought)


@pytest.mark.parametrize("which", [1, 7, 24])
@pytest.mark.parametrize("step", STEPS)
def test_a_kill_in_the_middle_of_24_members_buys_none_twice(step: str, which: int) -> None:
    team, changed = team_of_24()
    reached = kill_at(step, which)
    try:
        team.apply(tree=team.tree(changed), reach=reached)
    except Killed:
        settle(team, changed)
    assert set(names_bought(team).values()) == {1}
    assert len(team.shop.bought) == 24
    state = team.state()
    assert {known.standing for known in state.orders.values()} == {Standing.PLACED}
    assert len(state.claimed) == 24
    assert team.buy(changed) == 0
    assert len(team.tree(changed).kept) == 24


@pytest.mark.parametrize("after", [1, 11, 23])
def test_two_runners_share_24_members(after: int) -> None:
    team, changed = team_of_24()
    other = team.new_machine(ahead_s=90)
    sent: list[str] = []

    def reach(name: str) -> None:
        sent.append(name)
        if sent.count("sending") == after and name == "sending":
            team.apply(other, run="other", tree=team.tree(changed))

    team.apply(tree=team.tree(changed), reach=reach)
    assert set(names_bought(team).values()) == {1}
    assert len(team.shop.bought) == 24
    assert team.plan_of(changed).count(ActionKind.KEEP) == 24


@pytest.mark.parametrize(("after", "left"), [(1, []), (12, ["M09"])])
def test_another_change_to_the_aoi_file_buys_no_order_twice(after: int, left: list[str]) -> None:
    team, changed = team_of_24()
    edited = changed.copy()
    edited.aois["ports"] = ports("sgp", "kul", "hkg", moved={"kul": 0.01})
    edited.set(expect=36)
    tree = team.tree(changed)
    sent: list[str] = []

    def reach(name: str) -> None:
        sent.append(name)
        if sent.count("sending") == after and name == "sending":
            team.apply(team.new_machine(), run="other", tree=team.tree(edited))

    team.apply(tree=tree, reach=reach)
    for _ in range(2):  # what was not sent for want of time is free again
        state = team.state()
        assert len(team.shop.bought) == len(state.claimed)
        assert all(len(known.order_nos) <= 1 for known in state.orders.values())
        team.buy(edited)
    conflicts = [it for it in team.plan_of(edited).problems if it.blocks]
    assert [it.check for it in conflicts] == left
    assert all("The outline of the key kul has changed" in it.detail for it in conflicts)


def test_other_axes_that_were_bought_in_between_stop_a_run() -> None:
    team, changed = team_of_24()
    moved = changed.copy()
    moved.set(each={axis: moved.each[axis] for axis in ("month", "port", "sensor")})
    moved.aois["ports"] = ports("sgp", "kul", moved={"sgp": 0.001, "kul": 0.001})
    tree = team.tree(moved)
    began: list[str] = []

    def reach(name: str) -> None:
        if name == "intended" and not began:
            began.append(name)
            team.apply(team.new_machine(), run="other", tree=team.tree(changed))

    team.apply(tree=tree, reach=reach)
    series = Counter(name.split(".")[1] in ("sgp", "kul") for name in team.state().orders)
    intended_before = team.config.apply.concurrency * 2 - 1  # those that wait for a sender too
    assert series[False] == intended_before, "the others are not sent"
    assert len(team.shop.bought) <= 24 + intended_before
