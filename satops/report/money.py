"""Estimated costs in words; an estimate is always called one."""

from collections.abc import Iterable

from satops.report.text.count import counted


def about(amount: float, currency: str = "") -> str:
    """Return an estimate as `about 1,234.50 USD`."""
    return f"about {amount:,.2f} {currency}".rstrip()


def about_all(amounts: Iterable[float | None], currency: str = "") -> str:
    """Return the sum of estimates, and for how many orders there is none."""
    every = list(amounts)
    known = [amount for amount in every if amount is not None]
    if not known:
        return "no estimate"
    missing = len(every) - len(known)
    without = f" ({counted(missing, 'order')} without an estimate)" if missing else ""
    return about(sum(known), currency) + without
