"""List: the ledger as rows, and its orders as flat dictionaries, for tables and maps."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from satops.api.repository import FilePath, Repository, Say, open_repository
from satops.api.specs import spec_tree
from satops.ports import LedgerStore, SourceFile
from satops.report.rows import geometry
from satops.workflow.ledger_session import LedgerSession
from satops.workflow.list import Choice
from satops.workflow.rows import Reading, Rows

EVERY = Choice()


def list_orders(
    repository: FilePath,
    choice: Choice = EVERY,
    *,
    outlines: bool = False,
    say: Say = lambda _: None,
    environ: Mapping[str, str] | None = None,
) -> Rows:
    """Return the ledger's orders, or the chosen ones, by name.

    With `outlines` each has the polygon that was bought.  `say` hears of a ledger that is closed or
    older than what this machine appended.  Raises `UsageError` and `LedgerError`.
    """
    opened = open_repository(repository, environ=environ)
    store = opened.store()
    reading = read_ledger(opened, store, opened.now(), outlines=outlines)
    rows = reading.rows
    opened.tell_doubt(LedgerSession(store, opened.clock, "", reading.state), say)
    return rows if choice == EVERY else rows.chosen(choice.wants)


def read_ledger(
    opened: Repository, store: LedgerStore, now: str, *, outlines: bool = False
) -> Reading:
    """Fold a ledger; an order whose spec the tree holds has the labels that stand there now.

    Raises `LedgerError`.
    """
    tree = spec_tree(opened)
    has_specs = any(isinstance(found, SourceFile) for found in tree.files.walk())
    grace_h = opened.config.delivery.grace_h
    reading = Reading(opened.offer, now, grace_h=grace_h, outlines=outlines)
    reading.sources = has_specs
    reading.fold(store.read())
    if has_specs:
        reading.labels = tree.labels(reading.state)
    return reading


class Orders(list[dict[str, Any]]):
    """Orders as flat dictionaries, and as a map.

    For `pandas.DataFrame(found)` and `geopandas.GeoDataFrame.from_features(found,
    crs="OGC:CRS84")`.
    """

    def __init__(self, rows: Rows) -> None:
        super().__init__(rows.flat())
        self._rows = rows

    def __repr__(self) -> str:
        """Return the number of orders in each state."""
        states = Counter(order["state"] for order in self)
        counts = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
        return f"<Orders {counts or 'none'}>"

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        """A FeatureCollection in longitude and latitude.

        An order without a recorded polygon has its box, or else no geometry.
        """
        features = [
            {
                "type": "Feature",
                "id": order["name"],
                "properties": order,
                "geometry": geometry(row),
            }
            for order, row in zip(self, self._rows, strict=True)
        ]
        return {"type": "FeatureCollection", "features": features}


def orders(repository: FilePath, *, environ: Mapping[str, str] | None = None) -> Orders:
    """Return a flat dictionary for each order of the ledger, by name.

    Values are text, numbers, booleans and None: the fields of `satops list --json`, plus
    `label.KEY` for every label and `key.AXIS` for every series' axis of any order.  Instants are
    UTC, areas km² of one capture, bounds degrees.  Raises `UsageError` and `LedgerError`.
    """
    return Orders(list_orders(repository, outlines=True, environ=environ))
