"""What a buyer of flights would look at."""

from satops.core.check import Found, When, check
from satops.core.checks.batch import Batch
from satops.core.problem import Severity


@check(
    "S90",
    "a thermal camera at a height",
    when=When.SPEC,
    at="order.camera",
    meaning="From above 100 m a thermal camera sees no animals.",
    source="the tests",
    remedy="Fly lower.",
    example="{camera: thermal, heightM: 120}",
    severity=Severity.WARNING,
    acknowledgeable=True,
)
def check_thermal(batch: Batch) -> Found:
    """Find thermal cameras that fly high."""
    for index, spec, _ in batch.rows():
        terms = spec.order.terms
        if terms.get("camera") == "thermal" and terms["heightM"] > 100:
            yield index, f"The camera is thermal, and flies at {terms['heightM']} m. Fly lower."
