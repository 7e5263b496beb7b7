"""The buyer's checks at their two times: while the tree is read, and when the plan is made."""

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
    """Yield what each spec that was just read shows by itself, whatever the time."""
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
    """Yield what the clock, the other specs of the tree and the ledger bring to specs to create.

    Copies of what the ledger holds are left to `decide`.
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
