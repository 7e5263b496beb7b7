"""Checks of labels, by which a team's limits count."""

from collections.abc import Iterator

from satops.core.check import Found, When, check
from satops.core.checks.batch import Batch
from satops.core.plan.config import LabelRule
from satops.core.safe import shown

_MOST_NAMED = 8


@check(
    "N06",
    "a label that is missing or not allowed",
    when=When.SPEC,
    at="labels",
    meaning="`labels` of satops.yaml says which labels an order must carry, and with which "
    "values. Limits count by labels, so an order with a misspelt label, or with none, would "
    "escape its limit. No spec can acknowledge it.",
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
    names = ", ".join(map(shown, (rule.one_of or ())[:_MOST_NAMED]))
    more = len(rule.one_of or ()) - _MOST_NAMED
    allowed = f" Allowed: {names}{f' and {more} more' if more > 0 else ''}." if names else ""
    if value is None and rule.required:
        yield f"The label {shown(key)} is missing, and satops.yaml requires it.{allowed}"
    elif value is not None and rule.one_of is not None and value not in rule.one_of:
        written = f"The label {shown(key)} is {shown(value)!r}"
        yield f"{written}, which satops.yaml does not allow.{allowed}"
