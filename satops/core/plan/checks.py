"""Checks of the ledger, the clock, and changes of the configuration."""

from satops.core.check import Check, When
from satops.core.problem import Severity

TOO_LATE = Check(
    "T03",
    "the window is over and the order was never placed",
    when=When.CLOCK,
    meaning="Nothing can be bought for a window that is over. Placed orders stay valid.",
    source="logic",
    remedy="Move the window, delete the spec, or acknowledge T03 to keep it as it is.",
    example="endDate: a day in the past",
    acknowledgeable=True,
)
COPY = Check(
    "X01",
    "the same order under another name",
    when=When.LEDGER,
    meaning="Two specs, or a spec and an order in the ledger, are the same to the last field: a "
    "copy, or a spec that was renamed. Buying both pays twice.",
    source="double bills that users of other tools report",
    remedy="Delete one; put the old name back; or acknowledge X01 when two are wanted.",
    example="a copied file with a new `name`",
    acknowledgeable=True,
)
COPY_OF_BOUGHT = COPY.variant("the same order counts as bought under another name")
EDITED = Check(
    "X03",
    "the order was edited after it was placed",
    when=When.LEDGER,
    meaning="A placed order cannot be changed: the marketplace has no such call.",
    source="the marketplace's documentation",
    remedy="Put the old values back, or write a new spec that `supersedes` this one.",
    example="a new endDate in a spec that was placed",
)
PASS_SPENT = Check(
    "P03",
    "this pass is gone; choose another",
    when=When.LEDGER,
    meaning="A result of a simulation can be ordered once. The ledger already holds it under "
    "some name, or the marketplace has said that it is used.",
    source="the marketplace's page on orders from simulations",
    remedy="Ask again with `satops feasibility`, and choose another pass.",
    example="a pass that another spec has bought",
)
NO_SIMULATIONS = Check(
    "P05",
    "the account has no simulations",
    when=When.READ,
    meaning="An order with a `pass` is bought from the result of a simulation, and satops.yaml "
    "does not say that the account has simulations.",
    source="satops' own rule: not every account has them",
    remedy="Write `marketplace: {simulation: true}` in satops.yaml, or take `pass` out.",
    example="order: {pass: {...}}",
)
CONFIG_CHANGED = Check(
    "L30",
    "satops.yaml is changed here",
    when=When.READ,
    meaning="A change under review edits the configuration, which decides where orders and the "
    "token go, where the ledger is, and what may be bought. Found by `plan --limits-from`.",
    source="satops' own rule: what a pull request changes must be seen by those who approve it",
    remedy="Let an owner of satops.yaml approve the change.",
    example="state: git:another-ledger",
    severity=Severity.WARNING,
)
