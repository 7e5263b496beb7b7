"""Validate a document against a JSON Schema (draft 2020-12), with jsonschema and jsonschema-rs.

jsonschema-rs gives the verdict, 300 times faster than jsonschema.  `Fields` reports what is wrong
in a refused document.  If neither it nor the reader of the document finds an error, jsonschema
finds the refused part, for one general message.
"""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from satops.core.finding import Finding, Place
from satops.core.json_text import dumps
from satops.core.safe import shown
from satops.core.spec.checks import CHECKS
from satops.core.spec.field_words import field, sentences
from satops.core.spec.fields import Fields

MAX_FINDINGS = 50
"""Findings of one document; a long list of wrong items is one mistake."""
REFUSED = CHECKS["V09"].variant("The schema refuses this")
"""The general message, for errors that neither `Fields` nor a reader of documents expects."""


class Schema:
    """A compiled JSON Schema."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self._schema = schema
        self._is_valid = _compiled(schema)
        self._fields = Fields(schema, _compiled)

    def is_valid(self, value: object) -> bool:
        """Tell whether a value is valid; takes some microseconds."""
        return self._is_valid(value)

    def findings(self, value: object, reported: Iterable[Place] = ()) -> list[Finding]:
        """Return a finding for each wrong field that is not among the places in `reported`."""
        found = list(islice(self._fields.read(value, reported), MAX_FINDINGS + 1))
        if len(found) > MAX_FINDINGS:
            words = f"Only the first {MAX_FINDINGS} problems of this document are shown."
            found[MAX_FINDINGS:] = [CHECKS["V10"].finding((), words)]
        return found

    def refusal(self, value: object) -> Finding:
        """Return the general message about a refused document; it shows no value."""
        from jsonschema import Draft202012Validator
        from jsonschema.exceptions import best_match

        error = best_match(Draft202012Validator(self._schema).iter_errors(value))
        if error is None:  # the libraries differ
            return REFUSED.finding((), "The document does not fit its schema.")
        path = tuple(error.absolute_path)
        rule = error.schema if isinstance(error.schema, dict) else {}
        wanted = shown(dumps({error.validator: error.validator_value}).decode(), 200)
        words = f"{field(path)} does not fit the schema, which wants {wanted}."
        return REFUSED.finding(path, sentences(words, rule.get("description", ""), "Change it."))


def _compiled(schema: dict[str, Any]) -> Callable[[object], bool]:
    from jsonschema_rs import Draft202012Validator

    return Draft202012Validator(schema, validate_formats=False).is_valid
