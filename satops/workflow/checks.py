"""Run the checks: of each spec while the tree is read, of the specs to create when the plan is
made.
"""

from collections.abc import Iterator, Sequence

from satops.core.check import When
from satops.core.checks import (
    Rules,
    catalogue_of,
    check_across,
    check_clock,
    check_specs,
    idle_acknowledgements,
    to_problems,
)
from satops.core.ledger.state import LedgerState
from satops.core.plan.decide import Recall
from satops.core.problem import Problem
from satops.core.spec.spec import Spec
from satops.workflow.read_files import Chunk


def check_chunk(chunk: Chunk, rules: Rules) -> Iterator[Problem]:
    """Yield the problems of each spec of a chunk that depend on the spec alone."""
    sought = catalogue_of(rules.offer).found_only(When.OUTLINE, When.SPEC)
    found = check_specs(chunk.specs, rules, shapes=chunk.shapes)
    for spec, document, findings in zip(chunk.specs, chunk.documents, found, strict=True):
        if findings or spec.acknowledge:
            yield from idle_acknowledgements(spec, rules)
            yield from to_problems(findings, spec, rules, position=document.position, sought=sought)


def check_plan(
    creating: Sequence[Spec],
    tree: Sequence[Spec],
    state: LedgerState,
    rules: Rules,
    *,
    now: str,
    recall: Recall,
) -> Iterator[Problem]:
    """Yield the problems that depend on the clock, the other specs of the tree, or the ledger.

    Copies of orders in the ledger are not among them: `decide` finds those.
    """
    sought = catalogue_of(rules.offer).found_only(When.ACROSS)
    names = {spec.name for spec in creating}
    beside = [spec for spec in tree if spec.name not in names]
    rows = zip(
        creating,
        check_clock(creating, rules, now),
        check_across(creating, state.orders, rules, recall, beside=beside),
        strict=True,
    )
    for spec, clock, across in rows:
        yield from to_problems([*clock, *across], spec, rules, sought=sought)
