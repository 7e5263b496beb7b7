"""The passes that simulations told, as JSON: what `plan --feasibility` reads again."""

from collections.abc import Iterator

from satops.core import json_text
from satops.core.plan.feasibility import Feasibility, as_fields


def feasibility_json(evidence: Feasibility) -> Iterator[bytes]:
    """Yield evidence as one JSON document; `schema/feasibility.schema.json` says what it holds."""
    yield json_text.dumps_pretty(as_fields(evidence))
