"""The buyer's checks at their two places: while the tree is read, and when the plan is made."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from satops.core.checks import (
    ACROSS_CODES,
    SPEC_CODES,
    Rules,
    check_across,
    check_clock,
    check_copies,
    check_specs,
    settle,
    settle_acknowledgements,
)
from satops.core.ledger.state import LedgerState
from satops.core.plan.decide import Recall
from satops.core.problem import Problem
from satops.core.spec.spec import Spec
from satops.workflow.plan import Across

if TYPE_CHECKING:
    from satops.workflow.read_files import Chunk, ChunkCheck


def checks_of_specs(rules: Rules) -> "ChunkCheck":
    """Return the check of `read_tree`: what each spec shows by itself, whatever the time."""

    def check(chunk: "Chunk") -> Iterator[Problem]:
        found = check_specs(chunk.specs, rules, shapes=chunk.shapes)
        for spec, document, findings in zip(chunk.specs, chunk.documents, found, strict=True):
            if findings or spec.acknowledge:
                yield from settle_acknowledgements(spec, rules.severities)
                yield from settle(
                    findings, spec, rules.severities, place=document.place, sought=SPEC_CODES
                )

    return check


def checks_of_plan(rules: Rules, *, now: str, recall: Recall) -> Across:
    """Return the check of `make_plan`: what the clock, the other specs and the ledger bring.

    Copies of what the ledger holds are left to `decide`.
    """

    def check(
        creating: Sequence[Spec], tree: Sequence[Spec], state: LedgerState
    ) -> Iterator[Problem]:
        names = {spec.name for spec in creating}
        beside = [spec for spec in tree if spec.name not in names]
        rows = zip(
            creating,
            check_clock(creating, rules, now),
            check_copies(creating, {}),
            check_across(creating, state.orders, rules, recall, beside=beside),
            strict=True,
        )
        for spec, clock, copies, across in rows:
            yield from settle(
                [*clock, *copies, *across], spec, rules.severities, sought=ACROSS_CODES
            )

    return check
