"""The table of commands: name, module and summary.  Imports no command."""

from typing import NamedTuple


class Entry(NamedTuple):
    """The module and the summary of a command."""

    module: str
    """The module's attribute `command` is the click command."""
    summary: str


COMMANDS = {
    "init": Entry("satops.cli.init", "Make a folder ready: config, sample orders, ledger."),
    "new": Entry("satops.cli.new", "Write an order spec from options."),
    "aoi": Entry("satops.cli.aoi", "Show, convert or split an AOI file."),
    "validate": Entry("satops.cli.validate", "Check every order spec."),
    "expand": Entry("satops.cli.expand", "Show each order of a file as a spec."),
    "feasibility": Entry(
        "satops.cli.feasibility", "Show which satellites would pass. Buys nothing."
    ),
    "plan": Entry("satops.cli.plan", "Show which orders would be bought. Buys nothing."),
    "apply": Entry("satops.cli.apply", "Buy the new orders of the plan."),
    "list": Entry("satops.cli.list", "List the orders of the ledger."),
    "show": Entry("satops.cli.show", "Show one order: spec, state, events."),
    "history": Entry("satops.cli.history", "Show the events of the ledger."),
    "reconcile": Entry("satops.cli.reconcile", "Look up orders in doubt at the marketplace."),
    "resolve": Entry("satops.cli.resolve", "Settle an order in doubt by hand."),
    "adopt": Entry("satops.cli.adopt", "Record an order that was placed elsewhere."),
    "foreign": Entry("satops.cli.foreign", "Record that an order of the account is not ours."),
    "refresh": Entry("satops.cli.refresh", "Read the status of placed orders."),
    "download": Entry("satops.cli.download", "Fetch the products of delivered orders."),
    "report": Entry("satops.cli.report", "Write the ledger as one HTML page."),
    "trace": Entry("satops.cli.trace", "Show which order a product belongs to."),
    "verify": Entry("satops.cli.verify", "Check the chain of the ledger."),
    "doctor": Entry("satops.cli.doctor", "Check the ledger's store and this machine."),
    "explain": Entry("satops.cli.explain", "Explain a check, and its remedy."),
    "ledger": Entry("satops.cli.ledger", "Begin, copy or move a ledger."),
    "sandbox": Entry("satops.cli.sandbox", "Run a local marketplace for tests."),
    "demo": Entry("satops.cli.demo", "Show the life of an order in a scratch folder."),
}
