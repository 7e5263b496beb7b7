"""What reviewers must know when a change touches `satops.yaml` or a file that it names."""

from collections.abc import Mapping, Sequence

from satops.core.plan.changes import Change
from satops.core.plan.checks import CONFIG_CHANGED
from satops.core.problem import Problem, Severity

_MOST_NAMED = 8


def config_problem(
    changes: Sequence[Change], severities: Mapping[str, Severity], *, file: str, ref: str
) -> Problem | None:
    """Return what reviewers must know when the configuration differs from that of `ref`.

    Its severity is the one that `severities`, those of `ref`, give it: a change cannot silence its
    own warning.
    """
    if not changes:
        return None
    names = ", ".join(change.field for change in changes[:_MOST_NAMED])
    more = len(changes) - _MOST_NAMED
    return Problem(
        check=CONFIG_CHANGED.code,
        severity=severities.get(CONFIG_CHANGED.code, CONFIG_CHANGED.severity),
        file=file,
        line=1,
        column=1,
        path="",
        summary=CONFIG_CHANGED.title,
        detail=f"{names}{f' and {more:,} more' if more > 0 else ''}: changed since {ref}. This "
        "file, and the files that it names, decide where orders and the token go, where the ledger "
        "is, and what may be bought. This plan reads the ledger, the limits and the severities as "
        "they are there; what is here rules once it is merged. Let an owner of the file approve "
        "it.",
    )
