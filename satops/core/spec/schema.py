"""Validate a document against a JSON Schema (draft 2020-12), with jsonschema and jsonschema-rs.

jsonschema-rs gives the verdict, 300 times faster than jsonschema.  `Fields` reports what is wrong
in a refused document.  If neither it nor the reader of the document finds an error, jsonschema
finds the refused part, for one general message.

A field is declared once, in the schema that editors use too: its type, range and usual other names.
`Fields` follows groups, lists and branches of `if`; jsonschema-rs decides whether a value fits a
keyword.  Rules across fields (`allOf`, `dependentRequired`) are not followed: the reader of the
document reports those, since it knows the fields' purpose.

Some keywords of the schemas are our own.  `x-problem` is a sentence that replaces the general
message for a wrong value; `x-problem: {pattern: ...}` replaces it for that keyword only.
`{written}` in it stands for the value.  `x-secret: true` keeps the value out of every message.
`x-also` lists other names of a field, and `x-words` maps words that people write to the values
meant.  `x-apart: true` keeps the fields of a part out of the advice on where a field belongs.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import islice
from typing import Any

from satops.core.finding import Finding, Path, Place
from satops.core.json_text import dumps
from satops.core.safe import shown
from satops.core.spec.checks import CHECKS
from satops.core.spec.field_words import (
    Rule,
    field,
    folded,
    listed,
    own_words,
    plain,
    refusal,
    sentences,
    similar,
)

_CHECK_OF = {
    "type": "V03", "enum": "V04",
    "minimum": "V05", "exclusiveMinimum": "V05", "maximum": "V05", "exclusiveMaximum": "V05",
    "minLength": "V06", "maxLength": "V06", "pattern": "V06",
    "minItems": "V07", "maxItems": "V07", "minProperties": "V07", "maxProperties": "V07",
    "not": "V08", "oneOf": "V09",
}  # fmt: skip
"""The first keyword that a value fails is reported: the type before the form."""
_WITHIN = ("items", "additionalProperties", "then", "else", "allOf")
"""Keywords whose rules apply to the same group, or to its unnamed parts."""


_Test = Callable[[Any], bool]


class Fields:
    """Reads documents by one schema; its references are internal and not recursive."""

    def __init__(self, schema: Rule, compiled: Callable[[dict[str, Any]], _Test]) -> None:
        """`compiled` makes a test of a schema."""
        self._schema = schema
        self._compiled = compiled
        self._tests: dict[tuple[str, int], _Test] = {}

    def read(self, value: object, reported: Iterable[Place] = ()) -> Iterator[Finding]:
        """Yield a finding for each wrong place that is not in `reported`."""
        done = set(reported)
        for finding in self._value(self._schema, value, (), done):
            if finding.place not in done:
                done.add(finding.place)
                yield finding

    def _value(self, schema: Rule, value: Any, path: Path, done: set[Place]) -> Iterator[Finding]:
        if not schema or (path, False) in done:
            return
        rule = self._resolved(schema)
        failed = self._failed(rule, value)
        if failed:
            form = {key: rule[key] for key in ("pattern", "enum") if key in rule}
            fits_as_text = not self._failed(form, plain(value))
            words = refusal(rule, failed, value, path, fits_as_text=fits_as_text)
            yield CHECKS[_CHECK_OF[failed]].finding(path, words, key=failed == "not")
        if isinstance(value, dict):
            yield from self._group(rule, value, path, done)
        elif isinstance(value, list) and "items" in rule:
            for index, item in enumerate(value):
                yield from self._value(rule["items"], item, (*path, index), done)
        if "if" in rule:
            branch = "then" if self._test("if", rule["if"], rule["if"])(value) else "else"
            yield from self._value(rule.get(branch, {}), value, path, done)

    def _group(
        self, rule: Rule, group: Mapping[str, Any], path: Path, done: set[Place]
    ) -> Iterator[Finding]:
        names = rule.get("propertyNames", {})
        for name, value in group.items():
            at = (*path, name)
            if failed := self._failed(names, name):
                words = f'The key "{shown(name)}" of {field(path)} does not have the right form.'
                about = rule.get("description", "")
                words = own_words(names, failed, name) or sentences(words, about)
                yield CHECKS["V01"].finding(at, words, key=True)
            inner = self._rule_of(name, rule)
            if inner is False:
                other, advice = self._advice(name, rule, group)
                if other:
                    done.add(((*path, other), True))  # it is misspelt, and not missing
                words = sentences(f"There is no field `{shown(name)}` in {field(path)}.", advice)
                yield CHECKS["V01"].finding(at, words, key=True)
            else:
                yield from self._value(inner, value, at, done)
        for name in rule.get("required", ()):
            if name not in group:
                about = self._described(rule.get("properties", {}).get(name, {}), name)
                words = sentences(f"`{name}` is missing in {field(path)}.", about, "Add it.")
                yield CHECKS["V02"].finding((*path, name), words, key=True)

    def _rule_of(self, name: str, rule: Rule) -> Any:
        """Return the rule of a field; False if the group cannot have a field of that name."""
        if name in rule.get("properties", ()):
            return rule["properties"][name]
        for pattern, inner in rule.get("patternProperties", {}).items():
            if self._test("pattern", pattern, {"pattern": pattern})(name):
                return inner
        return rule.get("additionalProperties", {})

    def _advice(self, name: str, rule: Rule, group: Mapping[str, Any]) -> tuple[str | None, str]:
        """Return the field that an unknown one probably means, and advice."""
        fields: Mapping[str, Rule] = rule.get("properties", {})
        known = sorted(fields)
        free = [key for key in known if key not in group] or known
        also = {folded(each): key for key in free for each in fields[key].get("x-also", ())}
        if other := also.get(folded(name)):
            about = self._described(fields[other], other)
            return other, sentences(f"did you mean `{other}`?", about)
        if other := similar(name, free):
            return other, f"Did you mean `{other}`?"
        homes = self._homes.get(folded(name), set())
        homes = {(home, parent) for home, parent in homes if home == name} or homes
        if len(homes) == 1:
            ((home, parent),) = homes
            if home == name:
                return None, f"A field of this name belongs under `{parent}`."
            return None, f"Did you mean `{home}` under `{parent}`?"
        return None, f"The fields of this group are: {listed(known)}." if known else ""

    @cached_property
    def _homes(self) -> dict[str, set[tuple[str, str]]]:
        """Field and group, by every name of a field that is in a group."""
        homes: dict[str, set[tuple[str, str]]] = {}
        for parent, name, rule in self._all:
            for called in (name, *rule.get("x-also", ())) if parent else ():
                homes.setdefault(folded(called), set()).add((name, parent))
        return homes

    def _described(self, rule: Rule, name: str) -> str:
        """Return the description of a field, or else that of another field of its name."""
        rules = [rule, *(each for _, other, each in self._all if other == name)]
        return next(
            (text for each in rules if (text := self._resolved(each).get("description"))), ""
        )

    @cached_property
    def _all(self) -> list[tuple[str, str, Rule]]:
        """Group name, field name and rule of every field."""
        return list(self._declared(self._schema, ""))

    def _declared(self, schema: Any, parent: str) -> Iterator[tuple[str, str, Rule]]:
        for part in schema if isinstance(schema, list) else [schema]:
            if not isinstance(part, dict) or (rule := self._resolved(part)).get("x-apart"):
                continue
            for name, inner in rule.get("properties", {}).items():
                yield parent, name, inner
                yield from self._declared(inner, name)
            for keyword in _WITHIN:
                yield from self._declared(rule.get(keyword), parent)

    def _resolved(self, rule: Rule) -> Rule:
        """Return a rule merged with the one that its `$ref` names."""
        while reference := rule.get("$ref"):
            target: Any = self._schema
            for step in reference.removeprefix("#/").split("/"):
                target = target[step]
            rule = {**target, **{key: rule[key] for key in rule if key != "$ref"}}
        return rule

    def _failed(self, rule: Rule, value: object) -> str | None:
        """Return the first keyword of a rule that a value fails."""
        for keyword in _CHECK_OF:
            if keyword in rule:
                bound = rule[keyword]
                if not self._test(keyword, bound, {keyword: bound})(value):
                    return keyword
        return None

    def _test(self, keyword: str, bound: object, rule: dict[str, Any]) -> _Test:
        """Return the test of one keyword; a bound is a part of the schema and keeps its id."""
        about = keyword, id(bound)
        if about not in self._tests:
            self._tests[about] = self._compiled(rule)
        return self._tests[about]


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
