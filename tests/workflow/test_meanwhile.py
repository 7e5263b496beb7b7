"""What happens between a plan and its purchase: while a person thinks, and while a run looks."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from satops.core.ledger.events import LedgerClosed
from satops.core.order.submission import InDoubt
from satops.core.plan.plan import Plan
from satops.errors import ExitCode, LedgerClosedError, Refused
from satops.offers import offer_of
from tests.simulation.world import LocalLooks, LocalSpool, Machine, MachineClock
from tests.workflow.team import Team, spec


def beside(team: Team, *specs: Any) -> Team:
    """Another machine of the team, with other specs."""
    twin = Team(*specs)
    twin.store, twin.shop, twin.world = team.store, team.shop, team.world
    twin.machine = Machine("m2", MachineClock(team.world, 0), LocalSpool(team.world), LocalLooks())
    return twin


def test_a_limit_that_another_run_used_up_during_the_question_holds() -> None:
    team = Team(spec("a", 0), spec("b", 1))
    other = beside(team, spec("x", 5), spec("y", 6))
    for each in (team, other):
        each.limit("ordersPerMonth", 2)

    def confirm(_: Plan) -> None:
        assert other.apply(run="other").count("placed") == 2

    with pytest.raises(Refused, match="ordersPerMonth"):
        team.apply(confirm=confirm)
    assert len(team.shop.bought) == 2


def test_a_limit_that_another_run_used_up_during_the_look_holds() -> None:
    team = Team(spec("a", 0), spec("b", 1))
    other = beside(team, spec("x", 5), spec("y", 6))
    for each in (team, other):
        each.limit("ordersPerMonth", 2)
    orders = team.shop.orders

    def looking() -> Iterator[Any]:
        team.shop.orders = orders  # type: ignore[method-assign]
        yield from orders()
        other.apply(run="other")

    team.shop.orders = looking  # type: ignore[method-assign]
    with pytest.raises(Refused, match="ordersPerMonth"):
        team.apply()
    assert len(team.shop.bought) == 2


def test_what_a_person_buys_by_hand_during_the_question_is_seen_also_beside_a_doubt() -> None:
    team = Team(spec("b", 5), spec("a", 1))
    team.shop.script.append(InDoubt("lost"))
    team.apply(narrow=["b"])

    def confirm(_: Plan) -> None:
        team.world.seconds += 3600
        request = offer_of(team.config).request(spec("a", 1).order, team.config.marketplace)
        team.shop.store(request)

    report = team.apply(run="second", confirm=confirm)
    assert [(it.name, it.outcome) for it in report.orders if it.name == "a"] == [
        ("a", "in-account")
    ]
    assert len(team.shop.bought) == 1


def test_nothing_is_bought_after_the_ledger_was_closed_during_the_question() -> None:
    team = Team(spec("a", 1))

    def confirm(_: Plan) -> None:
        team.session().append([LedgerClosed("git:elsewhere", "me", "moved")])

    with pytest.raises(LedgerClosedError):
        team.apply(run="second", confirm=confirm)
    assert json.loads(team.store.lines[-1])["kind"] == "LedgerClosed"
    assert len(team.shop.bought) == 0


@pytest.mark.parametrize("notation", ["Changguang", "CHANGGUANG", "Chang Guang", "长光"])
def test_another_notation_of_the_provider_is_no_other_order(notation: str) -> None:
    team = Team(spec("a"))
    beside(team, spec("a")).apply()
    del team.store.lines[1:]  # restored from a backup
    for bought in team.shop.bought:
        bought.order = replace(bought.order, provider=notation)
    report = team.apply(run="again")
    assert [it.outcome for it in report.orders] == ["in-account"]
    assert report.exit_code is ExitCode.INVALID
    assert len(team.shop.bought) == 1


def test_another_order_of_the_name_placed_meanwhile_is_a_conflict_and_not_done() -> None:
    team = Team(spec("a", 1))
    other = beside(team, spec("a", 7))

    def confirm(_: Plan) -> None:
        assert other.apply(run="other").count("placed") == 1

    report = team.apply(confirm=confirm)
    assert [it.outcome for it in report.orders] == ["conflict"]
    assert report.exit_code is ExitCode.INVALID
    assert len(team.shop.bought) == 1
