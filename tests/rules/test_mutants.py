"""The list of `make mutants` is about the code as it stands, and docs/safety.md tells of it."""

import ast
from pathlib import Path

import pytest

from mutants.__main__ import Mutant, read_mutants

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "safety.md").read_text("utf-8")
MUTANTS = read_mutants()


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.rule)
def test_each_change_is_of_one_place_and_names_tests_that_are_there(mutant: Mutant) -> None:
    text = (ROOT / mutant.file).read_text("utf-8")
    assert text.count(mutant.old) == 1
    assert mutant.new != mutant.old
    ast.parse(text.replace(mutant.old, mutant.new))
    assert mutant.tests
    assert all((ROOT / name.partition("::")[0]).exists() for name in mutant.tests)


def test_each_rule_has_one_change() -> None:
    rules = [mutant.rule for mutant in MUTANTS]
    assert len(set(rules)) == len(rules) > 50


def test_the_page_says_how_many_there_are_and_judges_each_that_survives() -> None:
    assert f"{len(MUTANTS)} one-line changes" in PAGE
    for mutant in MUTANTS:
        if mutant.survives:
            assert f"| {mutant.rule} | {mutant.survives} |" in PAGE
