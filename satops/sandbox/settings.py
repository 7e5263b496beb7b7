"""Read settings from JSON, strictly, since a misspelt fault would never fire."""

from typing import TypeVar

import msgspec

from satops.errors import UsageError

Settings = TypeVar("Settings")


def read_settings(kind: type[Settings], document: object, *, place: str) -> Settings:
    """Return a value of `kind` from a JSON object whose keys are its field names.

    `place` begins every message.  Raises `UsageError` for an unknown key, a value of a wrong type,
    a missing required key, or values that `kind` refuses.
    """
    try:
        return msgspec.convert(document, kind)
    except msgspec.ValidationError as error:
        raise UsageError(f"{place}: {error}.") from None
