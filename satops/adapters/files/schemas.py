"""Read the JSON Schemas of `schema/`, from an installed wheel or a source checkout."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from satops.core import json_text
from satops.core.offer import Offer

if TYPE_CHECKING:
    from satops.core.spec.schema import Schema

_PACKAGE = Path(__file__).parents[2]
_FOLDERS = (_PACKAGE / "schema", _PACKAGE.parent / "schema")
"""The folder in a wheel, and in a checkout."""


def schema_text(name: str) -> bytes:
    """Return the bytes of a file of `schema/`, such as `order.schema.json`.

    Raises FileNotFoundError for an incomplete installation.
    """
    for folder in _FOLDERS:
        if (folder / name).is_file():
            return (folder / name).read_bytes()
    raise FileNotFoundError(f"{name} is not in {' or '.join(str(folder) for folder in _FOLDERS)}")


@cache
def order_schema(offer: Offer) -> "Schema":
    """Return the schema of the order specs of an offer."""
    return _schema(offer.schema)


@cache
def config_schema() -> "Schema":
    """Return the schema of `satops.yaml`."""
    return _schema("config.schema.json")


@cache
def ledger_schema() -> "Schema":
    """Return the schema of one line of a ledger."""
    return _schema("ledger.schema.json")


def _schema(name: str) -> "Schema":
    from satops.core.spec.schema import Schema

    text: dict[str, Any] = json_text.loads(schema_text(name))
    return Schema(text)
