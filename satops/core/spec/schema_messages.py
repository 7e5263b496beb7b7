"""What a failed keyword of a JSON Schema means, in words for people who write order specs."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from satops.core.safe import shown
from satops.core.spec.schema_phrases import (
    KINDS,
    Error,
    Steps,
    bounds,
    field,
    folded,
    keywords,
    kind_advice,
    kind_written,
    listed,
    other_name,
    plain,
    quoted,
    secret,
    sentences,
    similar,
    steered,
    word_advice,
    written,
)

_CHECK_OF = {
    "type": "V03",
    "enum": "V04", "const": "V04",
    "minimum": "V05", "maximum": "V05", "exclusiveMinimum": "V05", "exclusiveMaximum": "V05",
    "multipleOf": "V05",
    "pattern": "V06", "minLength": "V06", "maxLength": "V06",
    "minItems": "V07", "maxItems": "V07", "uniqueItems": "V07", "contains": "V07",
    "minContains": "V07", "maxContains": "V07", "minProperties": "V07", "maxProperties": "V07",
    "not": "V08", "dependentRequired": "V08", "dependentSchemas": "V08",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and where."""

    check: str
    path: Steps
    detail: str
    place: Steps = ()
    """What to point at."""
    at_key: bool = False
    meant: str | None = None
    """The field that was probably meant by one that is not known."""

    @property
    def weight(self) -> tuple[bool, str]:
        """Of several faults at one path the lightest is said: the kind before the form."""
        return self.check == "V09", self.check


class Words:
    """Makes faults of the errors of one schema."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = schema

    def faults(self, error: Error) -> Iterator[Fault]:
        """Yield what an error says: one fault for each field that it is about."""
        path: Steps = tuple(error.absolute_path)
        if "propertyNames" in error.schema_path:
            yield self._bad_key(error, path)
        elif error.validator == "required":
            yield from self._missing(error, path)
        elif error.validator in ("additionalProperties", "unevaluatedProperties"):
            for name in self._extra(error):
                yield self._not_known(name, error, path)
        elif error.validator == "dependentRequired":
            yield from self._dependent(error, path)
        else:
            yield self._of_value(error, path)

    def _of_value(self, error: Error, path: Steps) -> Fault:
        keyword = str(error.validator)
        detail = steered(error, keyword)
        if detail is None:
            describe = getattr(self, f"_{_CHECK_OF.get(keyword, 'V09').lower()}")
            detail = describe(error, field(path))
        check = _CHECK_OF.get(keyword, "V09")
        return Fault(check, path, detail, path, at_key=check == "V08")

    def _bad_key(self, error: Error, path: Steps) -> Fault:
        key = str(error.instance)
        detail = steered(error, "propertyNames") or sentences(
            f"the key {quoted(key)} of {field(path)} does not have the right form.",
            self._about(path),
        )
        return Fault("V01", path, detail, (*path, key), at_key=True)

    def _missing(self, error: Error, path: Steps) -> Iterator[Fault]:
        missing = [name for name in error.validator_value if name not in error.instance]
        reasons = self._reasons(error)
        said = steered(error, "required")
        if reasons:
            names = listed([f"`{name}`" for name in missing])
            detail = said or sentences(
                f"{listed(list(reasons.values()))}: this needs {names}, which the group "
                f"{field(path)} does not have.",
                *(self._description(name) for name in missing[:1]),
            )
            first = (*path, next(iter(reasons)))
            yield Fault("V08", first, detail, first, at_key=True)
            return
        for name in missing:
            detail = said or sentences(
                f"`{name}` is missing in {field(path)}.", self._description(name), "Add it."
            )
            yield Fault("V02", (*path, name), detail, path, at_key=True)

    def _not_known(self, name: str, error: Error, path: Steps) -> Fault:
        fields = keywords(error).get("properties", {})
        known = sorted(fields)
        free = [key for key in known if key not in error.instance] or known
        other = other_name(name, {key: fields[key] for key in free})
        meant = other or similar(name, free)
        advice = ""
        if other:
            advice = sentences(f"did you mean `{other}`?", self._description(other))
        elif meant:
            advice = f"Did you mean `{meant}`?"
        elif home := self._homes.get(name):
            advice = f"A field of this name belongs under {home}."
        elif home := self._other_homes.get(folded(name)):
            advice = f"Did you mean {home}?"
        elif known:
            advice = f"The fields of this group are: {listed(known)}."
        detail = sentences(f"`{shown(name)}` is no field of {field(path)}.", advice)
        return Fault("V01", (*path, name), detail, (*path, name), at_key=True, meant=meant)

    def _extra(self, error: Error) -> list[str]:
        known = set(_properties(error.schema))
        patterns = keywords(error).get("patternProperties", {})
        if patterns:
            return [
                key
                for key in error.instance
                if key not in known and not any(re.search(pattern, key) for pattern in patterns)
            ]
        return [key for key in error.instance if key not in known]

    def _dependent(self, error: Error, path: Steps) -> Iterator[Fault]:
        lonely: dict[str, list[str]] = {}
        for name, needed in error.validator_value.items():
            for other in needed:
                if name in error.instance and other not in error.instance:
                    lonely.setdefault(other, []).append(name)
        for other, names in lonely.items():
            those = listed([f"`{name}`" for name in names])
            detail = steered(error, "dependentRequired") or (
                f"{those} can stand only beside `{other}`, which is missing. Add `{other}`, or "
                f"remove {those}."
            )
            first = (*path, names[0])
            yield Fault("V08", first, detail, first, at_key=True)

    def _v03(self, error: Error, name: str) -> str:
        kinds = error.validator_value
        kinds = [kinds] if isinstance(kinds, str) else list(kinds)
        expected = " or ".join(KINDS[kind] for kind in kinds)
        return sentences(
            f"{name} must be {expected}, and {kind_written(error)}.",
            kind_advice(error.instance, kinds, keywords(error)) if not secret(error) else "",
        )

    def _v04(self, error: Error, name: str) -> str:
        allowed = error.validator_value if error.validator == "enum" else [error.validator_value]
        texts = [plain(choice) for choice in allowed]
        meant = None
        advice = "" if secret(error) else word_advice(error.instance, keywords(error))
        if isinstance(error.instance, str) and not secret(error) and not advice:
            meant = similar(error.instance, texts)
            advice = f"Did you mean `{meant}`?" if meant else ""
        if meant == error.instance:
            advice = f"Write {meant} without quotes."
        advice = advice or keywords(error).get("description", "")
        return sentences(
            f"{name} must be {listed(texts, 'or')}{self._condition(error)}, and "
            f"{written(error)} is written.",
            advice,
        )

    def _v05(self, error: Error, name: str) -> str:
        schema = keywords(error)
        if error.validator == "multipleOf":
            wanted = f"a multiple of {error.validator_value}"
        else:
            wanted = bounds(schema)
        return sentences(
            f"{name} must be {wanted}{self._condition(error)}, and {written(error)} is written.",
            schema.get("description", ""),
        )

    def _v06(self, error: Error, name: str) -> str:
        schema = keywords(error)
        if error.validator == "maxLength":
            length = len(error.instance)
            return f"{name} has {length:,} characters; at most {error.validator_value:,} may be."
        if not error.instance:
            return sentences(f"{name} is an empty text.", self._about(tuple(error.absolute_path)))
        examples = schema.get("examples", ())
        return sentences(
            f"{name} does not have the right form: {written(error)} is written.",
            schema.get("description") or self._about(tuple(error.absolute_path)),
            f"For example: {plain(examples[0])}." if examples else "",
        )

    def _v07(self, error: Error, name: str) -> str:
        count, wanted = len(error.instance), error.validator_value
        one = "field" if isinstance(error.instance, dict) else "item"
        said = {
            "minItems": f"at least {wanted} are needed",
            "maxItems": f"at most {wanted} may be",
            "minProperties": f"at least {wanted} are needed",
            "maxProperties": f"at most {wanted} may be",
            "uniqueItems": "each may stand there once only",
        }.get(str(error.validator), "one of them is not what it should be")
        return sentences(
            f"{name} has {count} {one}{'' if count == 1 else 's'}, and {said}.",
            keywords(error).get("description", ""),
        )

    def _v08(self, error: Error, name: str) -> str:
        return sentences(f"{name} is not allowed here{self._condition(error)}.", "Remove it.")

    def _v09(self, error: Error, name: str) -> str:
        if error.validator is None or error.schema is False:
            return self._v08(error, name)
        branches = error.validator_value if isinstance(error.validator_value, list) else []
        kinds: list[str] = []
        for branch in branches:
            found = branch.get("type") or branch.get("enum") or [branch.get("const")]
            for kind in [found] if isinstance(found, str) else found:
                words = KINDS.get(kind, f"`{plain(kind)}`") if isinstance(kind, str) else ""
                if words and words not in kinds:
                    kinds.append(words)
        expected = f" It must be {' or '.join(kinds)}." if kinds else ""
        return sentences(
            f"{name} has none of the forms that are allowed here; {kind_written(error)}."
            + expected,
            keywords(error).get("description", ""),
        )

    def _condition(self, error: Error) -> str:
        reasons = self._reasons(error)
        return f", because {listed(list(reasons.values()))}" if reasons else ""

    def _reasons(self, error: Error) -> dict[str, str]:
        """Return the fields whose values make a keyword under `then` hold, with what they are."""
        node: Any = self._schema
        reasons: dict[str, str] = {}
        for step in error.absolute_schema_path:
            if step in ("if", "$ref"):
                continue  # releases of jsonschema differ in whether they name these steps
            node = self._resolved(node)
            if step == "then":
                for name, rule in node.get("if", {}).get("properties", {}).items():
                    if "const" in rule:
                        reasons[name] = f"`{name}` is {plain(rule['const'])}"
            try:
                node = node[step]
            except (KeyError, IndexError, TypeError):
                break
        return reasons

    def _resolved(self, node: Any) -> Any:
        """Return the schema that a reference within this schema stands for."""
        while isinstance(node, dict) and str(node.get("$ref", "")).startswith("#/"):
            target: Any = self._schema
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def _about(self, path: Steps) -> str:
        return self._description(str(path[-1])) if path else ""

    def _description(self, name: str) -> str:
        return self._descriptions.get(name, "")

    @cached_property
    def _descriptions(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for _, name, rule in self._fields:
            described = rule.get("description") or self._resolved(rule).get("description")
            if described:
                found.setdefault(name, described)
        return found

    @cached_property
    def _homes(self) -> dict[str, str]:
        """Where each field that has one home belongs."""
        homes: dict[str, set[str]] = {}
        for parents, name, _ in self._fields:
            if parents:
                homes.setdefault(name, set()).add(f"`{parents[-1]}`")
        return {name: next(iter(found)) for name, found in homes.items() if len(found) == 1}

    @cached_property
    def _other_homes(self) -> dict[str, str]:
        """By the other names that people give to a field the field, and where it belongs."""
        found: dict[str, set[str]] = {}
        for parents, name, rule in self._fields:
            for other in rule.get("x-also", ()) if parents else ():
                found.setdefault(folded(other), set()).add(f"`{name}` under `{parents[-1]}`")
        return {other: next(iter(homes)) for other, homes in found.items() if len(homes) == 1}

    @cached_property
    def _fields(self) -> list[tuple[tuple[str, ...], str, Mapping[str, Any]]]:
        """Every field, with the fields that hold it."""
        return list(self._each_field(self._schema, (), ()))

    def _each_field(
        self, schema: Any, parents: tuple[str, ...], within: tuple[str, ...]
    ) -> Iterator[tuple[tuple[str, ...], str, Mapping[str, Any]]]:
        """Yield the fields of a schema; `within` are the references that led to it."""
        if isinstance(schema, list):
            for item in schema:
                yield from self._each_field(item, parents, within)
        if not isinstance(schema, dict) or schema.get("x-apart"):
            return
        target = schema.get("$ref")
        if isinstance(target, str) and target not in within:
            yield from self._each_field(self._resolved(schema), parents, (*within, target))
        for keyword, inner in schema.items():
            if keyword == "properties" and isinstance(inner, dict):
                for name, rule in inner.items():
                    if isinstance(rule, dict):
                        yield parents, name, rule
                        yield from self._each_field(rule, (*parents, name), within)
            elif keyword not in ("$defs", "examples", "default", "enum", "const"):
                yield from self._each_field(inner, parents, within)


def _properties(schema: Any) -> Iterator[str]:
    """Yield the names that a schema knows at its own level, conditions included."""
    if not isinstance(schema, dict):
        return
    yield from schema.get("properties", {})
    for keyword in ("allOf", "anyOf", "oneOf"):
        for inner in schema.get(keyword, ()):
            yield from _properties(inner)
    for keyword in ("if", "then", "else"):
        yield from _properties(schema.get(keyword))
