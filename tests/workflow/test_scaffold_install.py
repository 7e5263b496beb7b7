"""What CI installs: the requirements file of `init --ci`, and the pins that it is made from."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from satops.adapters.files.ci_files import pins
from satops.core.plan.config import Config, DeliveryConfig, MarketplaceConfig
from satops.workflow.scaffold_ci import (
    PARTS,
    lacking,
    needed_parts,
    requirements,
    wheel_of,
)

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
REAL = Config(marketplace=MarketplaceConfig(url="https://market.example.org/service"))
PIN = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)


def pinned(part: str) -> dict[str, str]:
    return dict(PIN.findall(pins()[part]))


def constraints() -> dict[str, str]:
    lines = (ROOT / ".ci/constraints.txt").read_text("utf-8").splitlines()
    pairs = [line.split("==") for line in lines if "==" in line]
    return {canonicalize_name(name): version for name, version in pairs}


def test_uv_is_pinned_as_it_made_the_pins() -> None:
    assert pinned("uv") == {"uv": constraints()["uv"]}


def test_what_builds_a_release_is_pinned_as_it_was_tested() -> None:
    text = (ROOT / ".ci/release.txt").read_text("utf-8")
    found = dict(PIN.findall(text))
    assert "hatchling" in found
    assert found.items() <= constraints().items()
    assert "://" not in text


@pytest.mark.parametrize("part", ["core", *PARTS])
def test_every_dependency_of_a_part_is_pinned_as_it_was_tested(part: str) -> None:
    sandbox = {"starlette", "uvicorn"}
    needed = PROJECT["dependencies"]
    lines = {
        "core": [line for line in needed if Requirement(line).name not in sandbox],
        "sandbox": [line for line in needed if Requirement(line).name in sandbox],
    }.get(part) or PROJECT["optional-dependencies"][part]
    assert lines
    for requirement in map(Requirement, lines):
        if requirement.marker and not requirement.marker.evaluate({"sys_platform": "linux"}):
            continue
        version = pinned(part)[canonicalize_name(requirement.name)]
        assert version in requirement.specifier, f"{requirement}: run `make lock`"
    for name, version in pinned(part).items():
        assert constraints()[name] == version, f"{name}: run `make lock`"


def test_every_pin_has_hashes_and_no_file_says_where_wheels_come_from() -> None:
    for part, text in pins().items():
        blocks = re.split(r"\n(?=[a-z0-9])", text)[1:]
        assert len(blocks) == len(pinned(part)) > 0
        assert all("--hash=sha256:" in block for block in blocks)
        assert "://" not in text


def test_no_part_repeats_what_the_core_has() -> None:
    assert {*pins()} == {"uv", "core", *PARTS}
    for part in PARTS:
        assert pinned("core").keys().isdisjoint(pinned(part))


@pytest.mark.parametrize(
    ("config", "parts"),
    [
        (Config(), ("sandbox",)),
        (REAL, ()),
        (replace(REAL, state="postgresql://ledger@db/orders"), ("postgresql",)),
        (replace(REAL, state="s3://bucket/ledger"), ("cloud",)),
        (replace(Config(), state="az://c/l"), ("sandbox", "cloud")),
        (replace(REAL, delivery=DeliveryConfig(to="gs://bucket/images")), ("cloud",)),
        (replace(REAL, delivery=DeliveryConfig(to="deliveries")), ()),
    ],
)
def test_a_tree_gets_the_parts_that_it_needs(config: Config, parts: tuple[str, ...]) -> None:
    assert needed_parts(config) == parts


def test_the_file_holds_satops_uv_and_the_parts_and_no_package_twice() -> None:
    text = requirements(
        pins(), PARTS, satops="./.github/satops/satops-1-py3-none-any.whl", sha256="a"
    )
    names = [match[0] for match in PIN.findall(text)]
    assert len(names) == len(set(names))
    assert set(names) == {name for part in pins() for name in pinned(part)}
    assert wheel_of(text) == (".github/satops/satops-1-py3-none-any.whl", "a")
    assert lacking(text, pins(), PARTS) == ()


def test_a_real_marketplace_gets_no_server() -> None:
    text = requirements(pins(), needed_parts(REAL), satops="./x/satops-1.whl", sha256="a")
    assert "starlette" not in text
    assert "uvicorn" not in text
    assert lacking(text, pins(), ("sandbox", "cloud")) == ("sandbox", "cloud")


def test_a_package_that_was_taken_out_by_hand_is_lacking() -> None:
    text = requirements(pins(), ("postgresql",), satops="./x/satops-1.whl", sha256="a")
    assert lacking(text, pins(), ("postgresql",)) == ()
    assert lacking(text.replace("\npsycopg-binary==", "\nother=="), pins(), ("postgresql",))
