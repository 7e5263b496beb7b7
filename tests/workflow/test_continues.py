"""A ledger that goes on from a broken one: what must not be ordered again."""

from satops.api.history import breaches
from satops.core.ledger.audit import Audit
from satops.core.ledger.chain import EMPTY, decode, encode
from satops.core.ledger.events import LedgerStarted
from satops.core.ledger.state import LedgerState
from satops.core.plan.plan import ActionKind
from satops.workflow.continues import read_broken
from tests.simulation.simulations import USED
from tests.workflow.people import not_placed
from tests.workflow.team import Team, spec
from tests.workflow.test_passes import team_of, with_pass


def kinds_after_a_break(team: Team) -> dict[str, ActionKind]:
    """Plan on a ledger that goes on from the team's, as from a broken one."""
    broken = read_broken(b"\n".join(team.store.lines))
    begun = LedgerStarted("next", "satops", continues=broken.continues)
    lines, _ = encode([begun, *broken.carried], head=EMPTY, time=team.world.start, run="start")
    audit, state = Audit(), LedgerState()
    assert not [it for each in decode(lines) for it in (*audit.take(each), *breaches(each.fields))]
    state.fold(lines)
    return {action.name: action.kind for action in team.plan(state).actions}


def test_a_used_result_stays_used() -> None:
    team, choices = team_of("a")
    team.shop.script.append(USED)
    team.apply()
    gone = with_pass(spec("plain"), choices[0], "b")
    team.specs.append(gone)
    assert kinds_after_a_break(team) == {"a": ActionKind.HOLD, "b": ActionKind.CONFLICT}
    team.world.seconds += 1000
    not_placed(team)
    assert kinds_after_a_break(team) == {"a": ActionKind.CONFLICT, "b": ActionKind.CONFLICT}
    team.specs = [with_pass(spec("plain"), choices[1], "a")]
    assert team.apply().count("placed") == 1
    team.specs.append(gone)
    assert kinds_after_a_break(team) == {"a": ActionKind.KEEP, "b": ActionKind.CONFLICT}
