"""The sums of the orders: in total, by month, and by month and label."""

from collections.abc import Iterator, Sequence

from satops.core.words import counted, number
from satops.report.html.markup import EMPTY, Markup, cells, section, table, tag, text
from satops.report.html.subject import Subject
from satops.report.text.rows import amounts
from satops.workflow.list import By, Group, Sum, sums, total

VALUES_MAX = 40
"""A label with more values is probably a ticket or note, and gets no table."""
_TABLES_MAX = 5
_NONE = "none"
_WHAT_COUNTS = (
    "An order counts when it is placed or in doubt, in the UTC month in which a run decided to buy "
    "it; area and estimate are those of all its captures. An estimate is made from the price table "
    "of satops.yaml."
)
_MONTH = By("month")


def numbers(subject: Subject) -> Markup:
    """Return the tables of sums."""
    rows = subject.shown
    whole = total(rows)
    parts = [_totals(whole)]
    ways = [subject.by] if subject.by else list(_ways(subject))
    parts += [_sums(way, subject, whole) for way in ways]
    parts += _notes(whole, subject)
    return section("numbers", "Numbers", *parts)


def _ways(subject: Subject) -> Iterator[tuple[By, ...]]:
    yield (_MONTH,)
    tables = 0
    for key in subject.shown.label_keys:
        values = {row.labels[key] for row in subject.shown if key in row.labels}
        if len(values) <= VALUES_MAX and tables < _TABLES_MAX:
            tables += 1
            yield (_MONTH, By("label", key))


def _totals(whole: Sum) -> Markup:
    facts = [
        ("Orders", f"{whole.orders:,}", f"of these {whole.in_doubt:,} in doubt"),
        ("Captures", f"{whole.captures:,}", ""),
        ("Area", f"{number(whole.area_km2)} km²", "with all captures"),
        ("Estimated", amounts(whole.estimates) or "no estimate", ""),
        ("Reported", amounts(whole.amounts) or "no amount", "by the marketplace"),
    ]
    return tag(
        "dl",
        *(
            tag(
                "div", tag("dt", text(title)), tag("dd", text(value)),
                tag("dd", text(note), class_="note") if note else EMPTY,
            )
            for title, value, note in facts
        ),
        class_="facts",
    )  # fmt: skip


def _sums(way: Sequence[By], subject: Subject, whole: Sum) -> Markup:
    found = sums(subject.shown, way)
    header = [(_title(by), "") for by in way]
    header += [
        ("Orders", "n"), ("In doubt", "n"), ("Not bought", "n"), ("Captures", "n"), ("km²", "n"),
        ("Estimate", "n"), ("Amount", "n"), ("Difference", "n"),
    ]  # fmt: skip
    lines = [_line(group, some) for group, some in found.items()]
    lines.append(_line(("all", *[" "] * (len(way) - 1)), whole))
    caption = "By " + " and ".join(map(_words, way))
    return tag("div", tag("h3", text(caption)), table(caption, header, lines))


def _line(group: Group, some: Sum) -> Markup:
    values = (
        some.orders, some.in_doubt, some.not_bought, some.captures,
    )  # fmt: skip
    return cells(
        *((text(key or _NONE), "") for key in group),
        *((text(f"{value:,}"), "n") for value in values),
        (text(number(some.area_km2)), "n"),
        *((text(amounts(money)), "n money") for money in (
            some.estimates, some.amounts, some.differences
        )),
    )  # fmt: skip


def _notes(whole: Sum, subject: Subject) -> Iterator[Markup]:
    said = [_WHAT_COUNTS]
    if whole.without_estimate:
        said.append(f"{counted(whole.without_estimate, 'order')} without an estimate.")
    if whole.amounts:
        said.append(
            f"The marketplace reported an amount for {whole.with_amount:,} of "
            f"{counted(whole.orders, 'order')}."
        )
    if "" in whole.amounts:
        said.append(
            "An amount without a currency stands alone: marketplace.currency in satops.yaml says "
            "in what the marketplace's amounts are."
        )
    yield tag("p", text(" ".join(said)), class_="note")


def _title(by: By) -> str:
    return by.argument or by.kind.capitalize()


def _words(by: By) -> str:
    return f"{by.kind} {by.argument}" if by.argument else by.kind
