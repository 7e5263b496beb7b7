"""What people say of an order of a team, as `satops resolve`, `adopt` and `correct` record it."""

from satops.core.ledger.events import DoubtCorrected
from satops.workflow.account import AccountLook
from satops.workflow.adopt import adopt
from satops.workflow.ledger_session import LedgerSession
from satops.workflow.resolve import correct, resolve_not_placed, resolve_placed
from tests.workflow.team import Team


def not_placed(
    team: Team, name: str = "a", *, because: str = "asked them", look: AccountLook | None = None
) -> None:
    """Say that an order was not placed, with a look at the account or without."""
    resolve_not_placed(
        session=team.session(), name=name, by="me", because=because,
        looks=team.machine.looks, config=team.config, look=look,
    )  # fmt: skip


def placed(team: Team, order_no: str, *, name: str = "a", unchecked: bool = False) -> None:
    """Say under which number an order was placed."""
    resolve_placed(
        session=team.session(), name=name, order_no=order_no, by="me", because="asked them",
        config=team.config, marketplace=None if unchecked else team.shop,
    )  # fmt: skip


def corrected(
    team: Team,
    order_no: str | None = None,
    *,
    name: str = "a",
    because: str = "that was wrong",
    session: LedgerSession | None = None,
) -> DoubtCorrected:
    """Take back what settled an order, in view of the ledger as it is or as a session has it."""
    return correct(
        session=session or team.session(), name=name, order_no=order_no, by="me",
        because=because, config=team.config, marketplace=team.shop,
    )  # fmt: skip


def adopted(
    team: Team, order_no: str, *, name: str = "a", with_spec: bool = True, unchecked: bool = False
) -> None:
    """Record an order that is in the account, held against the spec of its name or against none."""
    (spec,) = [each for each in team.specs if each.name == name] if with_spec else [None]
    adopt(
        session=team.session(), name=name, order_no=order_no, spec=spec, by="me", because="x",
        config=team.config, marketplace=None if unchecked else team.shop,
    )  # fmt: skip
