"""Names and labels for shell completion, from fast sources; never raises."""

import re
from contextlib import suppress
from itertools import islice
from pathlib import Path

from satops.adapters.files.config_file import find_root
from satops.api.repository import Repository, open_repository
from satops.api.specs import order_tree
from satops.errors import SatopsError
from satops.ports import SourceFile
from satops.workflow.rows import Reading

_FILES_MAX = 2_000
_EVENTS_MAX = 20_000
"""Events to read of a ledger, since the shell waits."""
_NAME = re.compile(rb"""^["']?name["']?:[ ]*["']?([a-z0-9][a-z0-9._-]{0,127})["']?[ ]*(?:#.*)?$""",
                   re.MULTILINE)  # fmt: skip
_LABELS = re.compile(rb"^labels:[ ]*\{([^}\n]*)\}", re.MULTILINE)
_LABEL = re.compile(rb"""["']?([\w.-]+)["']?:[ ]*["']?([^,"']+)["']?""")


def order_names(directory: Path) -> list[str]:
    """Return the sorted order names of the files, and of a ledger in a file."""
    names: set[str] = set()
    with suppress(SatopsError, OSError):
        opened = open_repository(find_root(directory), environ=None)
        for content in _files(opened):
            names.update(found.decode() for found in _NAME.findall(content))
        names.update(_reading(opened).state.orders)
    return sorted(names)


def labels(directory: Path) -> list[str]:
    """Return sorted labels as `KEY=VALUE`, from the same sources."""
    found: set[str] = set()
    with suppress(SatopsError, OSError):
        opened = open_repository(find_root(directory), environ=None)
        for content in _files(opened):
            for block in _LABELS.findall(content):
                pairs = _LABEL.findall(block)
                found.update(f"{key.decode()}={value.decode().strip()}" for key, value in pairs)
        for order in _reading(opened).state.orders.values():
            found.update(f"{key}={value}" for key, value in (order.labels or {}).items())
    return sorted(found)


def _files(opened: Repository) -> list[bytes]:
    files = islice(order_tree(opened).walk(), _FILES_MAX)
    return [file.content for file in files if isinstance(file, SourceFile)]


def _reading(opened: Repository) -> Reading:
    reading = Reading(opened.offer, opened.now())
    if opened.config.state.startswith("file:"):
        with suppress(SatopsError):
            reading.fold(islice(opened.store().read(), _EVENTS_MAX))
    return reading
