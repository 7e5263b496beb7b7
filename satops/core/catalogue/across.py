"""Entries about several orders, and about the ledger: X."""

from satops.core.catalogue.entry import Entry
from satops.core.problem import Severity

ENTRIES = (
    Entry(
        "X01",
        "the same order under another name",
        "Two specs, or a spec and an order in the ledger, are the same to the last field: a copy, "
        "or a spec that was renamed. Buying both pays twice.",
        "double bills that users of other tools report",
        "Delete one; put the old name back; or acknowledge X01 when two are wanted.",
        "a copied file with a new `name`",
        acknowledgeable=True,
    ),
    Entry(
        "X02",
        "overlaps another order",
        "Another order of the same mode, with a window at the same time, covers a part of the "
        "area: that part may be bought twice. Counted against the other specs and against what "
        "the ledger holds as placed or in doubt, in percent of the smaller area. An order that "
        "`supersedes` the other one is left alone, and so is the rounding of a shared border.",
        "an order tool that billed 2,204 km² for 1,109",
        "Cut the outline, move the window, or acknowledge the overlap.",
        "two specs for neighbouring districts",
        severity=Severity.WARNING,
        acknowledgeable=True,
    ),
    Entry(
        "X03",
        "the order was edited after it was placed",
        "A placed order cannot be changed: the marketplace has no such call.",
        "the marketplace's documentation",
        "Put the old values back, or write a new spec that `supersedes` this one.",
        "a new endDate in a spec that was placed",
        clock=True,
    ),
    Entry(
        "X04",
        "supersedes an order that nobody knows",
        "`supersedes` names an order that is neither in the tree nor in the ledger. It cancels "
        "nothing in any case, but whoever reads it later looks for that order.",
        "satops' own rule",
        "Correct the name, or take the line out.",
        "supersedes: mekong-flod",
        severity=Severity.WARNING,
        acknowledgeable=True,
    ),
)
