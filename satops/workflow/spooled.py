"""Take outcomes that only the spool knows into the ledger."""

from satops.core.state import OPEN, LedgerState
from satops.core.submission import Receipt
from satops.ports import Spool, Spooled
from satops.workflow.book import Book
from satops.workflow.results import outcome_event


def replay(book: Book, spool: Spool) -> int:
    """Append the outcomes of earlier runs that never reached the ledger; return how many.

    A receipt is a fact whatever the ledger says meanwhile.  Any other outcome counts only while
    its attempt is still open.  Raises `LedgerError`.
    """
    entries = spool.entries(book.state.ledger)
    missing = [entry for entry in entries if _is_missing(book.state, entry)]
    if missing:
        book.record([outcome_event(item.name, item.attempt, item.outcome) for item in missing])
    spool.forget(entries)
    return len(missing)


def _is_missing(state: LedgerState, entry: Spooled) -> bool:
    known = state.orders.get(entry.name)
    if isinstance(entry.outcome, Receipt):
        return known is not None and entry.outcome.order_no not in state.claimed
    return known is not None and known.attempt == entry.attempt and known.standing in OPEN
