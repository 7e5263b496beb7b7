"""Turn findings into problems, with the severities of satops.yaml and the acknowledgements of a
spec.
"""

from collections.abc import Callable, Collection, Mapping, Sequence

from satops.core.checks.catalogue import catalogue_of
from satops.core.checks.rules import Rules
from satops.core.finding import Finding, Path
from satops.core.problem import Position, Problem, Severity
from satops.core.spec.checks import IDLE
from satops.core.spec.spec import Acknowledgement, Spec


def to_problems(
    findings: Sequence[Finding],
    spec: Spec,
    rules: Rules,
    *,
    position: Callable[[Path], Position] | None = None,
    sought: Collection[str] = (),
) -> list[Problem]:
    """Return the findings of one spec as problems.

    A severity of satops.yaml replaces the catalogue's, but an error that cannot be acknowledged
    stays an error.  `position` returns the position of a path (`Document.position`); without it the
    spec's first line counts.  `sought` are the checks that ran: an acknowledgement of one of them
    without a finding is a warning (K01), except for a member, since its series acknowledges for
    all.
    """
    checks = catalogue_of(rules.offer).checks
    position = position or (lambda _: (spec.source.line, 1))
    reasons = {item.check: item.reason for item in spec.acknowledge}
    problems = [_problem(finding, spec, rules, reasons, position) for finding in findings]
    found = {finding.check for finding in findings}
    for item in spec.acknowledge:
        if item.check in sought and item.check not in found and spec.membership is None:
            title = checks[item.check].title
            wrong = f"{item.check} ({title}) finds nothing in this spec. Take it out."
            problems.append(_idle(item, wrong, spec, rules))
    return problems


def idle_acknowledgements(spec: Spec, rules: Rules) -> list[Problem]:
    """Return K01 for each acknowledgement that no check can match."""
    problems = []
    for item in spec.acknowledge:
        declared = catalogue_of(rules.offer).checks.get(item.check)
        if declared is None:
            wrong = f"There is no check {item.check}. `satops explain` lists them."
        elif not declared.acknowledgeable:
            wrong = f"{item.check} ({declared.title}) cannot be accepted. Mend what it finds."
        else:
            continue
        problems.append(_idle(item, wrong, spec, rules))
    return problems


def severity_of(finding: Finding, rules: Rules) -> Severity:
    """Return the severity of a finding in this repository."""
    declared = catalogue_of(rules.offer).checks[finding.check]
    if finding.severity is Severity.ERROR and not declared.acknowledgeable:
        return Severity.ERROR
    # satops.yaml's severity is not meant for a milder variant (heights of 0) of an error.
    if finding.severity is not declared.severity:
        return finding.severity
    return rules.severities.get(finding.check, finding.severity)


def _problem(
    finding: Finding,
    spec: Spec,
    rules: Rules,
    reasons: Mapping[str, str],
    position: Callable[[Path], Position],
) -> Problem:
    can_accept = catalogue_of(rules.offer).checks[finding.check].acknowledgeable
    return finding.problem(
        spec.source.file,
        position(finding.path),
        order=spec.name,
        severity=severity_of(finding, rules),
        acknowledged=reasons.get(finding.check) if can_accept else None,
    )


def _idle(item: Acknowledgement, wrong: str, spec: Spec, rules: Rules) -> Problem:
    severity = rules.severities.get(IDLE.code)
    finding = IDLE.finding(("acknowledge",), wrong)
    return finding.problem(spec.source.file, (item.line, 1), order=spec.name, severity=severity)
