"""The tables of docs/model and of docs/safety.md, row by row."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODELS = ROOT / "docs" / "model"


@dataclass(frozen=True, slots=True)
class Configuration:
    """One way to search a model."""

    name: str
    model: str
    macros: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mutation:
    """One rule that is broken."""

    macro: str
    configuration: str


def configurations() -> dict[str, Configuration]:
    """Return the configurations that docs/model/README.md lists, by name."""
    rows = _rows(MODELS / "README.md", "configuration")
    every = (Configuration(row[0], row[1], tuple(row[2].strip("`").split())) for row in rows)
    return {each.name: each for each in every}


def mutations() -> list[Mutation]:
    """Return the mutations that docs/model/README.md lists."""
    return [Mutation(row[0].strip("`"), row[1]) for row in _rows(MODELS / "README.md", "mutation")]


def states() -> dict[str, int]:
    """Return how many states docs/safety.md gives for each configuration."""
    rows = _rows(ROOT / "docs" / "safety.md", "configuration")
    return {row[0]: int(row[-1].replace(",", "")) for row in rows}


def steps() -> list[tuple[str, set[str], str, str]]:
    """Return the steps of docs/model/steps.md: name, models, file of satops, name in the code."""
    found = []
    for step, models, code, _ in _rows(MODELS / "steps.md", "step"):
        file, name = re.fullmatch(r"`([^`]+)`: `([^`]+)`", code).groups()  # type: ignore[union-attr]
        found.append((step.strip("`"), set(models.split(", ")), file, name))
    return found


def _rows(page: Path, first: str) -> Iterator[list[str]]:
    """Yield the rows of the table whose first column has a name."""
    tables = re.findall(r"(?:^\|.*\n)+", page.read_text("utf-8"), re.MULTILINE)
    (table,) = [each for each in tables if each.startswith(f"| {first} |")]
    for line in table.splitlines()[2:]:
        yield [cell.strip() for cell in line.strip().strip("|").split(" |")]
