"""Orders of a pass: what was reviewed is what is bought, and one result is ordered once."""

import json
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from satops.core.ledger.state import Standing
from satops.core.order.order import instant
from satops.core.order.passes import PassChoice, Progress
from satops.core.order.submission import InDoubt, Outcome, Receipt, Rejection
from satops.core.plan.plan import ActionKind
from satops.core.spec.spec import Spec
from satops.errors import ExitCode, InvalidInput, MarketplaceUnreachable
from satops.offers.eo_imagery.request import create_request, simulation_request
from tests.offers.orders import of_pass
from tests.simulation.simulations import USED
from tests.workflow.people import not_placed
from tests.workflow.team import Shop, Team, spec


def with_pass(plain: Spec, choice: PassChoice, name: str | None = None) -> Spec:
    """Return a spec that buys a pass."""
    return replace(plain, name=name or plain.name, order=of_pass(plain.order, choice))


def simulated(team: Team, plain: Spec) -> list[PassChoice]:
    """Simulate an order, and return what may be pasted into its spec."""
    market = team.config.marketplace
    number = team.shop.simulate(simulation_request(plain.order, timezone=market.timezone))
    found = team.shop.simulation(number)
    assert found is not None
    choices = [each.choice(number) for each in found.passes]
    return [choice for choice in choices if choice is not None]


def team_of(*names: str) -> tuple[Team, list[PassChoice]]:
    """Return a team whose specs buy the passes of one simulation, in their order."""
    team = Team()
    market = replace(team.config.marketplace, simulation=True)
    team.config = replace(team.config, marketplace=market)
    plain = spec("plain")
    choices = simulated(team, plain)
    team.specs = [
        with_pass(plain, choice, name) for name, choice in zip(names, choices, strict=False)
    ]
    return team, choices


def lost(shop: Shop, request: bytes) -> Outcome:
    shop.store_result(request)
    return InDoubt("no whole answer")


def lost_before(shop: Shop, request: bytes) -> Outcome:
    return InDoubt("no whole answer")


def twice(shop: Shop, request: bytes) -> Outcome:
    """A gateway sends the request twice, and gives the second answer."""
    shop.store_result(request)
    return USED


def bought_results(team: Team) -> list[int]:
    return [json.loads(item.request)["resultId"] for item in team.shop.bought]


def test_a_pass_is_bought_by_its_result_once_and_the_ledger_holds_what_was_read() -> None:
    team, choices = team_of("a", "b")
    report = team.apply()
    assert report.exit_code is ExitCode.DONE
    assert sorted(bought_results(team)) == sorted(c.result for c in choices[:2])
    intended = [json.loads(line) for line in team.store.lines if b"SubmissionIntended" in line]
    found = team.shop.simulations.find(choices[0].simulation)
    assert found is not None
    assert intended[0]["evidence"] == found.passes[0].sha256
    assert intended[0]["order"]["version"] == "pass-order/1"
    assert intended[0]["order"]["pass"] == choices[0].fields()
    assert json.loads(intended[0]["request"]) == {"resultId": choices[0].result}
    assert team.apply().expected == 0


DIFFERENCES: list[tuple[str, dict[str, Any]]] = [
    ("its satellite is OTHER", {"satellite": "OTHER"}),
    ("it starts at 2031-01-01T00:00:00Z", {"start": "2031-01-01T00:00:00Z"}),
    ("it starts at soon", {"start": None, "written_start": "soon"}),
    ("it belongs to simulation SIM_9", {"simulation": "SIM_9"}),
    ("its region is another one", {"region": "POLYGON ((1 1, 2 1, 2 2, 1 1))"}),
    ("its region is another one, or cannot be read", {"region": "somewhere"}),
    ("its region is not shown", {"region": None}),
    ("its provider is tianyi", {"row": {"provider": "tianyi"}}),
    ("its resolutionType is 3", {"row": {"resolutionType": 3}}),
    ("its maxCloud is 5", {"row": {"maxCloud": "5"}}),
    ("its startDate is 2031", {"row": {"startDate": "2031-01-01 00:00:00"}}),
    ("its endDate is 2031", {"row": {"endDate": "2031-01-01 00:00:00"}}),
]


@pytest.mark.parametrize(("says", "fields"), DIFFERENCES, ids=[says for says, _ in DIFFERENCES])
def test_a_pass_that_is_not_what_was_reviewed_is_not_bought(
    says: str, fields: dict[str, Any]
) -> None:
    team, choices = team_of("a", "b")
    team.shop.simulations.change(choices[0].result, **fields)
    report = team.apply()
    (changed,) = [each for each in report.orders if each.name == "a"]
    assert (changed.outcome, says in changed.message) == ("pass-changed", True), changed.message
    assert report.exit_code is ExitCode.INVALID
    assert bought_results(team) == [choices[1].result]
    assert "a" not in team.state().orders


@pytest.mark.parametrize(
    ("status", "passes", "says"),
    [
        (Progress.FAILED, True, "has failed"),
        (Progress.RUNNING, True, "its status is 1"),
        (7, True, "its status is 7"),
        (Progress.SUCCEEDED, False, "is not in simulation"),
    ],
)
def test_a_simulation_that_shows_the_result_no_more_buys_nothing(
    status: int, passes: bool, says: str
) -> None:
    team, choices = team_of("a")
    known = team.shop.simulations.asked[choices[0].simulation]
    known.found = replace(known.found, status=status, passes=known.found.passes if passes else ())
    report = team.apply()
    assert says in report.orders[0].message
    assert team.shop.bought == []
    del team.shop.simulations.asked[choices[0].simulation]
    assert "does not know" in team.apply().orders[0].message


def test_a_result_that_cannot_be_read_again_is_not_bought_and_nothing_is_wrong() -> None:
    team, _ = team_of("a")

    def broken(number: str) -> None:
        raise MarketplaceUnreachable("no answer")

    team.shop.simulation = broken  # type: ignore[method-assign]
    report = team.apply()
    assert report.orders[0].outcome == "not-seen"
    assert report.exit_code is ExitCode.MARKETPLACE
    assert team.shop.bought == []


@pytest.mark.parametrize("seconds", [0, 299, 1000])
def test_the_time_of_an_intent_begins_after_its_result_was_read(seconds: int) -> None:
    team, _ = team_of("a")
    real = team.shop.simulation

    def slow(number: str) -> Any:
        team.world.seconds += seconds
        return real(number)

    team.shop.simulation = slow  # type: ignore[method-assign]
    assert team.apply().count("placed") == 1


@pytest.mark.parametrize("line", [lost, twice, USED])
def test_an_order_of_a_pass_in_doubt_is_never_sent_again_by_apply(line: Any) -> None:
    team, _ = team_of("a")
    team.shop.script.append(line)
    assert team.apply().exit_code is ExitCode.IN_DOUBT
    for _ in range(3):
        team.world.seconds += 5000
        team.apply()
    assert len(team.shop.requests) == 1
    assert len(team.shop.bought) <= 1


@pytest.mark.parametrize("line", [lost, twice])
def test_reconcile_settles_by_the_number_of_the_result(line: Any) -> None:
    team, _ = team_of("a")
    team.shop.simulation_id = lambda row: str(row.result)
    team.shop.script.append(line)
    team.apply()
    (found,) = team.reconcile().findings
    assert found.settled is not None
    assert found.settled.order_no == team.shop.bought[0].order.order_no


@pytest.mark.parametrize("line", [lost, twice])
def test_the_number_of_the_simulation_alone_is_left_to_a_person(line: Any) -> None:
    """Another team may have bought another result of the same simulation."""
    team, choices = team_of("a")
    team.shop.script.append(line)
    team.apply()
    team.shop.store_result(json.dumps({"resultId": choices[1].result}).encode())
    team.world.seconds += 9000
    (found,) = team.reconcile().findings
    assert found.settled is None
    assert found.match is not None
    assert len(found.match.candidates) == 2


def test_another_result_of_our_simulation_is_not_ours() -> None:
    team, choices = team_of("a")
    team.shop.script.append(lost_before)
    team.apply()
    team.shop.store_result(json.dumps({"resultId": choices[1].result}).encode())
    (found,) = team.reconcile().findings
    assert found.settled is None


def test_the_order_of_our_result_from_before_our_intent_is_somebody_else_s() -> None:
    team, choices = team_of("a")
    team.shop.simulation_id = lambda row: str(row.result)
    team.shop.store_result(json.dumps({"resultId": choices[0].result}).encode())
    team.world.seconds += 3600
    report = team.apply()
    assert report.orders[0].outcome == "in-account"
    assert report.exit_code is ExitCode.INVALID
    assert len(team.shop.requests) == 0


def test_somebody_who_was_faster_leaves_a_doubt_that_reconcile_does_not_settle() -> None:
    """Their order came before our intent; ours was answered with `used`."""
    team, _ = team_of("a")
    team.shop.simulation_id = lambda row: str(row.result)

    def faster(shop: Shop, request: bytes) -> Outcome:
        shop.store_result(request)
        order = shop.bought[-1]
        order.order = replace(order.order, created_at=team.world.start - timedelta(seconds=3600))
        return USED

    team.shop.script.append(faster)
    assert team.apply().exit_code is ExitCode.IN_DOUBT
    (found,) = team.reconcile().findings
    assert found.settled is None
    assert found.match is not None
    assert found.match.candidates


def waited(team: Team) -> Any:
    """Look as often and as long as reconcile ever asks for."""
    found = None
    for _ in range(4):
        (found,) = team.reconcile().findings
        if found.settled is not None:
            break
        team.world.seconds += 2000
    return found


def test_used_is_never_settled_by_absence() -> None:
    team, _ = team_of("a")
    team.shop.script.append(USED)
    team.apply()
    found = waited(team)
    assert found.settled is None
    assert "--ask-again" in found.why
    assert team.standing("a") is Standing.IN_DOUBT


def test_a_lost_request_is_settled_by_absence_as_any_other() -> None:
    team, _ = team_of("a")
    team.shop.script.append(lost_before)
    team.apply()
    assert waited(team).settled.placed is False
    assert team.apply().count("placed") == 1


def test_an_order_of_the_provider_since_the_intent_keeps_absence_from_being_believed() -> None:
    """Nobody knows which window and region the marketplace shows of a pass."""
    team, _ = team_of("a")
    team.shop.script.append(lost_before)
    team.apply()
    other = spec("other", 7, starts_in_days=60)
    zone = team.config.marketplace.timezone
    team.shop.store(create_request(other.order, geometry="wkt", timezone=zone))
    assert waited(team).settled is None


def test_a_used_result_is_spent_whatever_a_person_says() -> None:
    team, choices = team_of("a")
    team.shop.script.append(USED)
    team.apply()
    team.world.seconds += 1000
    not_placed(team)
    (action,) = team.plan().actions
    assert action.kind is ActionKind.CONFLICT
    assert "this pass is gone; choose another" in action.reason
    team.apply()
    assert len(team.shop.requests) == 1
    # Under another name it is gone too; another result is not.
    team.specs = [
        with_pass(spec("plain"), choices[0], "b"),
        with_pass(spec("plain"), choices[1], "a"),
    ]
    kinds = {action.name: action.kind for action in team.plan().actions}
    assert kinds == {"a": ActionKind.CREATE, "b": ActionKind.CONFLICT}


def test_a_rejected_order_frees_its_result() -> None:
    team, _ = team_of("a")
    team.shop.script.append(Rejection(401, "no right", stops_run=True))
    assert team.apply().exit_code is ExitCode.REJECTED
    assert team.apply().count("placed") == 1


def test_a_result_that_another_name_holds_is_in_conflict() -> None:
    team, choices = team_of("a")
    team.apply()
    team.specs.append(with_pass(spec("plain", days=15), choices[0], "b"))
    actions = {action.name: action for action in team.plan().actions}
    assert actions["b"].kind is ActionKind.CONFLICT
    assert team.apply().expected == 0


def test_a_pass_that_began_is_expired() -> None:
    team, choices = team_of("a")
    begins = instant(choices[0].start) - team.world.start
    team.world.seconds = begins.total_seconds() + 1
    (action,) = team.plan().actions
    assert action.kind is ActionKind.EXPIRED
    assert team.apply().expected == 0


def test_a_pass_without_simulations_in_the_configuration_refuses_the_tree() -> None:
    team, _ = team_of("a")
    market = replace(team.config.marketplace, simulation=False)
    team.config = replace(team.config, marketplace=market)
    assert [problem.check for problem in team.plan().problems] == ["P05"]
    with pytest.raises(InvalidInput):
        team.apply()


def test_what_was_bought_is_compared_once_and_a_difference_is_recorded() -> None:
    team, _ = team_of("a")

    def other(shop: Shop, request: bytes) -> Outcome:
        number = shop.store_result(request)
        shop.bought[-1].order = replace(shop.bought[-1].order, provider="tianyi")
        assert number is not None
        return Receipt(number)

    team.shop.script.append(other)
    report = team.apply()
    assert report.exit_code is ExitCode.INVALID
    assert "bought, but not as reviewed" in report.orders[0].message
    compared = [json.loads(line) for line in team.store.lines if b"PurchaseCompared" in line]
    assert [each["differs"] for each in compared] == [["provider tianyi"]]
    assert team.standing("a") is Standing.PLACED
    assert team.apply().exit_code is ExitCode.DONE


@pytest.mark.parametrize("window", ["pass", "asked"])
@pytest.mark.parametrize("shows", ["task", "result"])
def test_either_reading_of_an_order_from_a_simulation_is_as_reviewed(
    window: str, shows: str
) -> None:
    team, _ = team_of("a")
    if shows == "result":
        team.shop.simulation_id = lambda row: str(row.result)

    def sell(shop: Shop, request: bytes) -> Outcome:
        number = shop.store_result(request)
        if window == "asked":
            order = team.specs[0].order
            shop.bought[-1].order = replace(
                shop.bought[-1].order, start=order.start[:19], end=order.end[:19]
            )
        assert number is not None
        return Receipt(number)

    team.shop.script.append(sell)
    assert team.apply().exit_code is ExitCode.DONE
