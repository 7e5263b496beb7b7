"""The texts of a spec that are not bought: names, labels, descriptions, reasons."""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from satops.core.finding import Finding, Path, quoted
from satops.core.spec.checks import NOT_A_CODE, NOT_A_LABEL, NOT_A_NAME, UNSEEN
from satops.core.spec.spec import Acknowledgement

if TYPE_CHECKING:
    from satops.core.loading import Document

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,127}")
"""An order name: safe in file names, URLs, tables and shells."""
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,62}")
_CHECK = re.compile(r"[A-Z][0-9]{2}")
_UNSEEN = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
"""Control characters, line separators, direction overrides (a reviewer would see another text than
the machine), and lone surrogates, which no file can hold."""


RESERVED = "catalog.json"
"""The deliveries of an order are in a folder of its name, beside the STAC catalog."""


def wrong_name(text: str) -> str | None:
    """Return what is wrong with an order name, in whole sentences; None for a valid one."""
    if text == RESERVED:
        return (
            f"{RESERVED} cannot be the name of an order: the catalog of what was delivered has it. "
            "Choose another one."
        )
    if NAME.fullmatch(text):
        return None
    from satops.core.spec.slug import slug  # for a message alone

    usable = slug(text[:1000]).word
    hint = f" For example: {usable}." if usable.strip("0123456789._-") else ""
    return (
        f"{quoted(text)} cannot be a name. A name has 1 to 128 small letters, digits, dots, "
        f"underscores and dashes, and begins with a letter or a digit.{hint}"
    )


def name_of(document: object) -> str | None:
    """Return the valid name in a document, or None."""
    name = document.get("name") if isinstance(document, dict) else None
    return name if isinstance(name, str) and NAME.fullmatch(name) else None


def read_name(value: object, path: Path, findings: list[Finding]) -> str | None:
    """Return an order name; `Schema.findings` reports values of another type."""
    if not isinstance(value, str):
        return None
    wrong = wrong_name(value)
    if wrong is not None:
        findings.append(NOT_A_NAME.finding(path, wrong))
        return None
    return value


def read_description(value: object, findings: list[Finding]) -> str | None:
    """Return the description; it may have several lines."""
    return _read_text(value, ("description",), findings)


def read_labels(value: object, findings: list[Finding]) -> dict[str, str] | None:
    """Return the labels in the order of their keys."""
    if not isinstance(value, dict):
        return None
    labels = {}
    for key in sorted(value):
        if not _is_label(key):
            findings.append(
                NOT_A_LABEL.finding(
                    ("labels", key),
                    f"{quoted(key)} is not the key of a label. A key has 1 to 63 letters, digits, "
                    "dots, slashes, underscores and dashes, and begins with a letter or a digit.",
                    key=True,
                )
            )
        text = value[key]
        if not (isinstance(text, str) and text.isprintable()):
            text = _read_text(text, ("labels", key), findings)
        if text is not None:
            labels[key] = text
    return labels


@lru_cache(maxsize=1024)  # many orders share few labels
def _is_label(key: str) -> bool:
    return _LABEL.fullmatch(key) is not None


def read_acknowledge(
    value: object, document: "Document", findings: list[Finding]
) -> tuple[Acknowledgement, ...]:
    """Return the acknowledgements."""
    if not isinstance(value, list):
        return ()
    accepted = []
    for index, item in enumerate(value):
        if not isinstance(item, dict):
            continue
        path: Path = ("acknowledge", index)
        check = item.get("check")
        if isinstance(check, str) and not _CHECK.fullmatch(check):
            detail = f"{quoted(check)} is not the code of a check, such as A09."
            findings.append(NOT_A_CODE.finding((*path, "check"), detail))
        reason = _read_text(item.get("reason"), (*path, "reason"), findings)
        if isinstance(check, str) and reason is not None:
            line, _ = document.position(path)
            accepted.append(Acknowledgement(check, reason, line))
    return tuple(accepted)


def _read_text(value: object, path: Path, findings: list[Finding]) -> str | None:
    if not isinstance(value, str):
        return None
    # None of these characters is printable for Python; this skips the search for most texts.
    unseen = None if value.isprintable() else re.search(_UNSEEN, value)
    if unseen is None:
        return value
    findings.append(
        UNSEEN.finding(
            path,
            f"The text holds the character U+{ord(unseen[0]):04X}, which a reviewer cannot see "
            "and a terminal may obey. Remove it.",
        )
    )
    return None
