"""Holds a document against a JSON Schema (draft 2020-12): the home of jsonschema and jsonschema-rs.

The verdict comes from jsonschema-rs, which is a hundred times faster; jsonschema is loaded only to
say what is wrong with the few documents that fail.  A test holds the two to one verdict.

A schema steers the messages with keywords of its own.  `x-problem`, a sentence, is said in
place of the fixed words when its schema refuses a value; as a group, `x-problem: {pattern: ...}`,
it is said for that keyword alone.  `{written}` in it stands for the value.  `x-secret: true` keeps
the value out of every message.  `x-also` lists other names that people give to a field, and
`x-words` the words that they write for its values, with the values.  `x-apart: true` keeps the
fields of a part out of the advice on where a field belongs.  Titles, descriptions and
examples are quoted where they help.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from satops.core.loading import Document
from satops.core.problem import Problem, by_position
from satops.core.spec.checks import CHECKS
from satops.core.spec.schema_messages import Fault, Words
from satops.core.spec.schema_phrases import Error, Steps, compiled, keywords

MAX_PROBLEMS = 50
"""Per document; a long list of wrong items is one mistake."""


class Schema:
    """A JSON Schema that is ready to be asked, again and again."""

    def __init__(self, schema: dict[str, Any]) -> None:
        from jsonschema_rs import Draft202012Validator

        self._schema = schema
        self._is_valid = Draft202012Validator(schema, validate_formats=False).is_valid
        self._explainer: Any = None

    def is_valid(self, value: object) -> bool:
        """Tell whether a value fits; takes some microseconds."""
        return self._is_valid(value)

    def problems(
        self, document: Document, file: str, at: Steps = (), *, order: str | None = None
    ) -> list[Problem]:
        """Return what is wrong with a document, or with its part at a path: each fault once.

        `order` is the name of the order that the document is about, if it is about one.
        A fault of a field that is there points at its key or value, that of a missing one at the
        group that lacks it.  Empty if and only if the part is valid.
        """
        part = document.value
        for step in at:
            part = part[step]
        if self.is_valid(part):
            return []
        faults = _each_once(self._faults(part))
        shown = faults[:MAX_PROBLEMS]
        if len(faults) > MAX_PROBLEMS:
            words = f"Only the first {MAX_PROBLEMS} problems of this document are shown."
            shown.append(Fault("V10", (), words))
        return sorted(
            (_problem(fault, document, file, at, order) for fault in shown), key=by_position
        )

    def _faults(self, part: object) -> list[Fault]:
        if self._explainer is None:  # dear, and for documents that fail
            self._explainer = _validator(self._schema), Words(self._schema)
        validator, words = self._explainer
        errors = validator.iter_errors(part)
        faults = [
            fault
            for error in islice(errors, 20 * MAX_PROBLEMS)
            for leaf in _leaves(error)
            for fault in words.faults(leaf)
        ]
        return faults or [Fault("V09", (), "The document does not fit its schema.")]


def _problem(fault: Fault, document: Document, file: str, at: Steps, order: str | None) -> Problem:
    position = document.position((*at, *fault.place), key=fault.at_key)
    finding = CHECKS[fault.check].finding((*at, *fault.path), fault.detail)
    return finding.problem(file, position, order=order)


def _each_once(faults: list[Fault]) -> list[Fault]:
    """Return of the faults of one value the lightest, and none that another one explains."""
    chosen: dict[tuple[Steps, Steps], Fault] = {}
    for fault in faults:
        about = (fault.path, fault.place)
        known = chosen.get(about)
        if known is None or fault.weight < known.weight:
            chosen[about] = fault
    misspelt = {(*fault.path[:-1], fault.meant) for fault in chosen.values() if fault.meant}
    return [
        fault for fault in chosen.values() if not (fault.check == "V02" and fault.path in misspelt)
    ]


def _leaves(error: Error) -> Iterator[Error]:
    """Yield the errors to speak of: of alternatives, those of the one that was probably meant."""
    if error.validator not in ("anyOf", "oneOf") or "x-problem" in keywords(error):
        yield error
        return
    branches: dict[Any, list[Error]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.schema_path[0], []).append(inner)
    likely = [branch for branch in branches.values() if not _is_of_other_kind(branch, error)]
    if not likely:
        yield error
        return
    for inner in min(likely, key=lambda branch: _distance(branch, error)):
        yield from _leaves(inner)


def _is_of_other_kind(branch: list[Error], error: Error) -> bool:
    return any(
        inner.validator in ("type", "const", "enum") and inner.absolute_path == error.absolute_path
        for inner in branch
    )


def _distance(branch: list[Error], error: Error) -> tuple[int, int]:
    """Return how far a value is from an alternative: first by the fields of the group itself."""
    here = [inner for inner in branch if inner.absolute_path == error.absolute_path]
    strange = sum(
        len(set(inner.instance) - set(inner.schema.get("properties", ())))
        for inner in here
        if inner.validator == "additionalProperties"
    )
    return len(here) + strange, len(branch)


def _validator(schema: dict[str, Any]) -> Any:
    from jsonschema import Draft202012Validator, ValidationError, validators

    extend: Any = validators.extend

    def pattern(_: object, pattern: str, value: object, __: object) -> Iterator[ValidationError]:
        if isinstance(value, str) and not compiled(pattern).search(value):
            yield ValidationError("does not match")

    return extend(Draft202012Validator, {"pattern": pattern})(schema)
