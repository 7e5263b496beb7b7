"""Checks of labels, by which a team's limits count."""

import re
from collections.abc import Iterator
from unicodedata import normalize

from satops.core.check import Found, When, check
from satops.core.checks.batch import Batch
from satops.core.plan.config import LabelRule
from satops.core.safe import shown
from satops.core.words import listed

_MOST_NAMED = 8
_WORD = re.compile(r"\w+")
_LATIN = re.compile(r"^$|[A-Za-z0-9]")


@check(
    "N06",
    "a label that is missing or not allowed",
    when=When.SPEC,
    at="labels",
    meaning="`labels` of satops.yaml says which labels an order must carry, and with which "
    "values. Limits count by labels, so an order with a misspelt label, or with none, would "
    "escape its limit. So would a value that a reader takes for another one: with blanks at an "
    "end, characters that cannot be seen, or letters of another alphabet. No spec can acknowledge "
    "it.",
    source="the team's rules in satops.yaml",
    remedy="Write the label with a value that is allowed, or have the rule changed in review.",
    example="labels: {team: hydrolgy}",
)
def check_labels(batch: Batch) -> Found:
    """A label that the team's rules require or restrict."""
    for index, spec in enumerate(batch.specs if batch.rules.labels else ()):
        for key, rule in batch.rules.labels.items():
            for detail in _wrong(key, rule, (spec.labels or {}).get(key)):
                yield index, detail


def _wrong(key: str, rule: LabelRule, value: str | None) -> Iterator[str]:
    names = listed(map(shown, rule.one_of or ()), _MOST_NAMED)
    allowed = f" Allowed: {names}." if names else ""
    if value is None and rule.required:
        yield f"The label {shown(key)} is missing, and satops.yaml requires it.{allowed}"
    elif value is not None and rule.one_of is not None and value not in rule.one_of:
        written = f"The label {shown(key)} is {shown(value)!r}"
        yield f"{written}, which satops.yaml does not allow.{allowed}"
    elif value is not None and rule.one_of is None and (misread := _misread(value)):
        yield f"The label {shown(key)} is {shown(value)!r}: {misread}"


def _misread(value: str) -> str | None:
    """Return why a reader takes a value for another one, and what to do; None for a clear one."""
    if not value.strip():
        return "it is empty. Write a value."
    if value != value.strip() or not value.isprintable():
        hidden = next((char for char in value if not char.isprintable()), None)
        what = "a blank at an end" if hidden is None else f"the character U+{ord(hidden):04X}"
        return f"it has {what}, which a reviewer cannot see. Remove it."
    if value.isascii():
        return None
    from satops.core.loading.look_alikes import look_alikes

    if normalize("NFC", value) != value:
        return f"its accents are characters of their own. Write {normalize('NFC', value)}."
    for found in look_alikes(value.replace("#", "-")):  # a comment sign in YAML
        if not found.plain.strip():
            return f"it has the character {found.title}, which a reviewer cannot see. Remove it."
        if found.plain.isalnum() and _LATIN.search(_word_at(value, found.offset)):
            return f"the character {found.title} looks like `{found.plain}`. Write that."
    return None


def _word_at(text: str, offset: int) -> str:
    """Return the letters and digits around an offset; empty where a sign stands."""
    words = (word[0] for word in _WORD.finditer(text) if word.start() <= offset < word.end())
    return next(words, "")
