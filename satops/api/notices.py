"""Send notices to webhooks after a run.  A failed notice does not change the run."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from satops.api.repository import Repository, Say
from satops.core.ledger.chain import Head
from satops.core.ledger.events import NoticesSent
from satops.errors import SatopsError
from satops.workflow.ledger_session import LedgerSession


@contextmanager
def telling(opened: Repository, session: LedgerSession, say: Say) -> Iterator[None]:
    """Notify each hook of the events of the run inside, however it ends."""
    began = session.state.head
    try:
        yield
    finally:
        notify(opened, began, say)


def notify(opened: Repository, began: Head, say: Say) -> None:
    """Notify each hook of the outcomes since the head `began`.

    Failures are printed and not raised, since the purchases are recorded.
    """
    hooks = opened.config.notify
    if not hooks:
        return
    from satops.adapters.webhook import post_to
    from satops.workflow.notices import notice_for, send_notices

    try:
        session = opened.session()
        state = session.state
        session.begin(opened.started("notices"))
        notices = partial(
            notice_for,
            store=session.store,
            offer=opened.offer,
            began=began,
            ledger=state.ledger,
            marketplace=state.marketplace,
        )
        for told in send_notices(hooks, notices, partial(post_to, opened.environ)):
            if isinstance(told, NoticesSent):
                session.record([told])
            else:
                say(f"satops: {told}")
    except (SatopsError, OSError) as error:
        say(f"satops: Notices were not sent: {error}")
