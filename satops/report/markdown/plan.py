"""A plan as one pull request comment, for the people who approve it."""

from satops.core.plan.plan import Plan
from satops.report.markdown import findings, orders
from satops.report.markdown.calendar import calendar
from satops.report.markdown.escape import prose
from satops.report.markdown.maps import maps
from satops.report.markdown.orders import Link
from satops.report.markdown.page import Block, Rank, lay_out, write_page
from satops.report.markdown.passes import passes
from satops.report.markdown.summary import closing, opening
from satops.report.subject import Checks

LIMIT = 65_536
"""GitHub's limit of a comment in characters; satops uses it for bytes."""
SUMMARY_LIMIT = 1_000_000
"""Bytes; GitHub's limit of a step summary is 1 MiB."""
MARKER = "<!-- satops plan -->"
"""First line by which an earlier plan's comment is found and replaced."""
ARTIFACT = "`satops plan --json`"
"""Default text for the location of the whole plan."""
_CURRENCY_MAX = 12


def render(
    plan: Plan,
    *,
    limit: int = LIMIT,
    title: str = "satops plan",
    marker: str = MARKER,
    artifact: str = ARTIFACT,
    currency: str = "",
    link: Link = lambda file, line: None,
) -> str:
    """Return the plan as Markdown of at most `limit` bytes of UTF-8.

    `artifact` is Markdown that says where the whole plan is; `link` returns the URL of a line of a
    spec; `title` and `currency` are escaped.  If the plan does not fit, blocks get shorter in
    steps, and say so: tables lose notes, then the smallest orders; maps have 40 corners per
    outline, then 10, then boxes, points, points without names, and grid cells with numbers.  The
    summary and the page's end are always whole: raises ValueError for a limit that is too small for
    them (about 2,000).
    """
    checks = Checks(plan)
    currency = prose(currency, _CURRENCY_MAX) if currency else ""
    blocks = [
        Block(Rank.SUMMARY, opening(plan, marker=marker, title=title, currency=currency)),
        findings.guards(plan, artifact),
        findings.doubts(plan, artifact),
        findings.placed_twice(plan, artifact),
        findings.refusals(plan, artifact),
        findings.errors(plan, artifact),
        orders.series(plan, checks, currency, artifact, link),
        *orders.creates(plan, checks, currency, artifact, link),
        *passes(plan, artifact),
        orders.rooms(plan),
        *orders.subtotals(plan, currency),
        orders.conflicts(plan, artifact),
        findings.warnings(plan, artifact),
        findings.already(plan, artifact),
        findings.aside(plan, artifact),
        findings.held(plan, artifact),
        orders.expired(plan, artifact),
        orders.retired(plan, artifact),
        *maps(plan, artifact),
        calendar(plan),
        Block(Rank.SUMMARY, closing(plan, artifact)),
    ]
    page, cut = lay_out(blocks, limit)
    if Rank.CREATES not in cut:
        return page
    told = opening(plan, marker=marker, title=title, currency=currency, cut=artifact)
    return write_page([Block(Rank.SUMMARY, told), *blocks[1:]], limit)
