"""docs/sandbox.md names every fault, key and option there is, and no other."""

import json
import re
from pathlib import Path

from msgspec.structs import fields

from satops.sandbox.app import control_routes
from satops.sandbox.endpoints import ENDPOINTS
from satops.sandbox.faults import Kind, Rule, read_rules
from satops.sandbox.options import Options
from satops.sandbox.server import Sandbox

PAGE = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text("utf-8")


def first_column(heading: str) -> set[str]:
    """Return the names in the first column of the table under a heading row."""
    table = PAGE.split(f"| {heading} |", 1)[1].split("\n\n", 1)[0]
    return set(re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE))


def test_every_kind_of_fault_is_in_the_table() -> None:
    assert first_column("kind") == set(Kind)


def test_every_key_of_a_rule_is_in_the_table() -> None:
    assert first_column("key") | {"kind"} == {field.name for field in fields(Rule)}


def test_every_option_is_in_the_table() -> None:
    assert first_column("option") == {field.name for field in fields(Options)}


def test_every_endpoint_is_named() -> None:
    for endpoint in ENDPOINTS:
        assert f"`{endpoint.name}`" in PAGE


def test_every_call_of_the_control_endpoint_is_in_the_table(sandbox: Sandbox) -> None:
    served = {
        (method, re.sub(r"\{\w+\}", "NUMBER", route.path))
        for route in control_routes(sandbox.store, sandbox.faults)
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert {tuple(call.split(" ")) for call in first_column("call")} == served


def test_the_example_of_faults_is_valid() -> None:
    example = PAGE.split("```json\n", 1)[1].split("```", 1)[0]
    rules, seed = read_rules(json.loads(example))
    assert (len(rules), seed) == (3, 7)
