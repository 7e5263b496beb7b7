"""Every check that satops knows: the one source for findings, `satops explain` and docs/checks.md.

To add a check, write its function in `core.checks` and its entry here.
"""

from satops.core.catalogue import across, files, geometry, place, schema, sensor, window
from satops.core.catalogue.entry import Entry

__all__ = ["CATALOGUE", "Entry"]

_PAGES = (geometry, place, window, sensor, across, schema, files)

CATALOGUE = {entry.code: entry for page in _PAGES for entry in page.ENTRIES}
"""Every entry by its code: shape, place, time, sensor, other orders, fields, files."""
