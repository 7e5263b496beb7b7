"""One declaration of each check drives findings, `satops explain` and docs/checks.md."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from satops.core.check import SUBJECTS, Check, When
from satops.core.checks.catalogue import catalogue_of
from satops.core.order.modes import ModeRules, Modes
from satops.core.problem import Severity
from satops.errors import UsageError
from satops.offers.eo_imagery import EO_IMAGERY
from satops.report.catalogue import explain_blocks
from satops.report.layout import plain
from satops.workflow.explain import explain
from tests.core.checks.making import modes
from tests.pages import checks_page

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"[A-Z]\d\d")
CATALOGUE = catalogue_of(EO_IMAGERY)
CHECKS = list(CATALOGUE.checks.values())


@cache
def source() -> dict[Path, ast.Module]:
    """Return each file of the package, parsed."""
    return {file: ast.parse(file.read_bytes()) for file in (ROOT / "satops").rglob("*.py")}


@cache
def literals() -> Counter[str]:
    """How often each text stands in the source of the package, f-strings left out."""
    return Counter(
        node.value
        for tree in source().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def declared() -> Counter[str]:
    """How often each code is declared in the source."""
    return Counter(
        str(node.args[0].value)
        for file, tree in source().items()
        if file.relative_to(ROOT / "satops").parts[0] in ("core", "offers")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("Check", "check")
        and node.args
        and isinstance(node.args[0], ast.Constant)
    )


def test_every_check_that_is_declared_is_in_the_catalogue_once() -> None:
    assert declared() == Counter(CATALOGUE.checks.keys())


def test_every_code_in_the_source_is_in_the_catalogue() -> None:
    assert {text for text in literals() if CODE.fullmatch(text)} == set(CATALOGUE.checks)


def test_only_a_declaration_makes_a_finding() -> None:
    makers = set()
    for file, tree in source().items():
        called = {
            node.func.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        if "Finding" in called and "core.finding import" in file.read_text("utf-8"):
            makers.add(file.name)
    # What a process of its own found comes back as texts.
    assert makers == {"check.py", "aoi_files.py"}


def test_a_title_stands_once() -> None:
    assert {check.title: literals()[check.title] for check in CHECKS} == {
        check.title: 1 for check in CHECKS
    }


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_every_declaration_is_whole(check: Check) -> None:
    texts = (check.title, check.meaning, check.source, check.remedy, check.example)
    assert all(text.strip() == text and text for text in texts)
    assert check.meaning.endswith(".")
    assert check.remedy.endswith((".", "?"))
    assert not check.title.endswith(".")
    assert "please" not in " ".join(texts).lower()
    assert set(check.thresholds) <= set(ModeRules.__struct_fields__)


def test_every_threshold_belongs_to_some_check() -> None:
    used = {name for check in CHECKS for name in check.thresholds}
    assert used == set(ModeRules.__struct_fields__)


def test_errors_that_can_be_accepted_are_those_of_a_team_or_of_intent() -> None:
    found = {e.code for e in CHECKS if e.severity is Severity.ERROR and e.acknowledgeable}
    assert found == {"A08", "T03", "P04", "X01", "X04", "M10"}


def test_what_is_milder_than_an_error_can_be_accepted_unless_it_says_what_was_done() -> None:
    found = {e.code for e in CHECKS if e.severity is not Severity.ERROR and not e.acknowledgeable}
    assert found == {"G09", "K01", "L25", "L30"}


def test_time_alone_can_bring_what_is_held_against_the_clock() -> None:
    assert {code for code in CATALOGUE.checks if When.CLOCK in CATALOGUE.times_of(code)} == {
        "T03", "T04", "T06", "T12", "P04",
    }  # fmt: skip


def test_the_ledger_brings_conflicts_and_copies() -> None:
    assert {code for code in CATALOGUE.checks if When.LEDGER in CATALOGUE.times_of(code)} == {
        "P03", "X01", "X03", "M08", "M09", "M10", "M11",
    }  # fmt: skip


def test_what_several_times_can_find_is_found_only_at_all_of_them() -> None:
    assert CATALOGUE.times_of("T06") == {When.SPEC, When.CLOCK}
    assert "T06" not in CATALOGUE.found_only(When.OUTLINE, When.SPEC)
    assert "A02" not in CATALOGUE.found_only(When.OUTLINE, When.SPEC)
    assert CATALOGUE.found_only(When.ACROSS) == {"P02", "X02", "X04"}
    assert CATALOGUE.times_of("Z99") == frozenset()


def test_every_function_says_what_it_finds_and_a_path_that_a_spec_has() -> None:
    assert len(CATALOGUE.runs) == len({run.look for run in CATALOGUE.runs})
    for run in CATALOGUE.runs:
        assert run.path[0] in ("order", "supersedes", "labels")
        assert run.look.__doc__


def test_the_catalogue_is_in_the_order_of_its_subjects() -> None:
    subjects = list(dict.fromkeys(check.subject for check in CHECKS))
    assert subjects == list(SUBJECTS.values())


def test_the_page_in_docs_is_made_from_the_catalogue() -> None:
    page = (ROOT / "docs" / "checks.md").read_text()
    assert page == checks_page(modes(), EO_IMAGERY), "run: python -m tests.pages"


def explained(code: str, known: Modes) -> str:
    return " ".join(" ".join(plain(explain_blocks(explain(code, known, EO_IMAGERY)))).split())


def test_explain_tells_the_numbers_and_that_nobody_confirmed_them() -> None:
    text = explained("a09", modes())
    assert text.startswith("A09: larger than one pass can image ")
    assert (
        "swathKm 5 (tianyi spotlight); not confirmed by the marketplace; source: CATALYST" in text
    )


def test_explain_takes_modes_that_share_a_number_together() -> None:
    [number] = explain("A07", modes(), EO_IMAGERY).numbers
    assert (number.key, number.modes, number.threshold.value) == ("minBillableKm2", (), 25)


def test_explain_tells_a_teams_own_number() -> None:
    own = modes().overridden_by(
        {"tianyi": {"every": {"minBillableKm2": 400}}}, "modes.yaml", EO_IMAGERY.modes
    )
    text = explained("A07", own)
    assert "minBillableKm2 400 (tianyi spotlight, tianyi stripmap" in text
    assert "; confirmed; source: modes.yaml" in text


def test_explain_says_who_may_change_the_severity() -> None:
    assert "a spec can `acknowledge` it" in explained("A09", modes())
    assert "it cannot be acknowledged or lowered" in explained("G05", modes())


def test_an_unknown_code_is_a_wrong_call() -> None:
    with pytest.raises(UsageError, match="There is no check 'Z99'"):
        explain("Z99", modes(), EO_IMAGERY)
