"""Change one line of the money path at a time, and see that a test fails.

`money.toml` holds the changes: each stands for a rule.  A change is made in a copy of the tree,
never in the tree itself.  A change that no test notices is a survivor; one that is known to change
nothing says so with `survives`, and docs/safety.md lists it.

    python -m mutants [PART_OF_A_NAME...]

Ends with 1 if a change survives that should not, or if one that should is noticed.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
LIST = Path(__file__).with_name("money.toml")
_COPIED = ("satops", "tests", "schema", "docs", "orders", "bench", "mutants")
_ENOUGH_S = 300


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one place in one file."""

    rule: str
    """What the line is for, as a sentence."""
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    """The tests that must notice it, in the normal run."""
    survives: str = ""
    """Why no test can notice it; empty where one must."""


def read_mutants() -> list[Mutant]:
    """Read the list."""
    document = tomllib.loads(LIST.read_text("utf-8"))
    return [Mutant(**{**row, "tests": tuple(row["tests"])}) for row in document["mutant"]]


def is_noticed(mutant: Mutant, tree: Path) -> bool:
    """Make the change in a copy of the tree, run its tests, and take the change back."""
    path = tree / mutant.file
    text = path.read_text("utf-8")
    if text.count(mutant.old) != 1:
        raise SystemExit(f"{mutant.file} holds {text.count(mutant.old)} times: {mutant.old!r}")
    path.write_text(text.replace(mutant.old, mutant.new), "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *mutant.tests]
    environ = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        ran = subprocess.run(
            command, cwd=tree, env=environ, capture_output=True, text=True, timeout=_ENOUGH_S
        )
    except subprocess.TimeoutExpired:
        return True
    finally:
        path.write_text(text, "utf-8")
    if ran.returncode not in (0, 1):
        raise SystemExit(f"The tests of {mutant.rule!r} did not run:\n{ran.stdout}{ran.stderr}")
    return ran.returncode == 1


def main(wanted: list[str]) -> int:
    """Try every change, or those whose rule holds one of the words, and say what became of it."""
    mutants = [
        mutant
        for mutant in read_mutants()
        if not wanted or any(part in mutant.rule for part in wanted)
    ]
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="satops-mutants-") as folder:
        tree = Path(folder)
        for name in _COPIED:
            shutil.copytree(
                ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__", ".*")
            )
        for name in ("pyproject.toml", "satops.yaml", "README.md"):
            shutil.copy(ROOT / name, tree / name)
        for mutant in mutants:
            began = time.monotonic()
            noticed = is_noticed(mutant, tree)
            right = noticed is not bool(mutant.survives)
            wrong += not right
            word = "noticed " if noticed else "survived"
            seconds = time.monotonic() - began
            print(f"{' ' if right else '!'} {word} {seconds:5.1f} s  {mutant.rule}", flush=True)
    print(f"{len(mutants)} changes, {wrong} not as the list says.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
