"""One catalogue drives findings, `satops explain` and docs/checks.md."""

import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import pytest

from satops.adapters.files import order_files
from satops.core import loading as document
from satops.core.catalogue import CATALOGUE, Entry
from satops.core.checks import ACROSS_CODES, CLOCK_CODES, SPEC_CODES
from satops.core.order.modes import ModeRules
from satops.core.problem import Severity
from satops.core.spec import schema
from satops.errors import UsageError
from satops.report.checks_page import checks_page
from satops.workflow.explain import explain, explain_text
from tests.core.checks.making import modes

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"[\"']([A-Z]\d\d)[\"']")
PAGES = ("across", "files", "geometry", "place", "schema", "sensor", "window")
ENTRIES = list(CATALOGUE.values())


def in_source() -> set[str]:
    """Every code that the source names."""
    return {
        code
        for file in (ROOT / "satops").rglob("*.py")
        if "catalogue" not in file.parts
        for code in CODE.findall(file.read_text())
    }


def test_every_code_in_the_source_is_in_the_catalogue_and_no_other() -> None:
    assert in_source() == set(CATALOGUE)


def test_no_code_is_described_twice() -> None:
    pages = [import_module(f"satops.core.catalogue.{name}") for name in PAGES]
    assert sum(len(page.ENTRIES) for page in pages) == len(CATALOGUE)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.code)
def test_every_entry_is_whole(entry: Entry) -> None:
    texts = (entry.title, entry.meaning, entry.source, entry.remedy, entry.example)
    assert all(text.strip() == text and text for text in texts)
    assert entry.meaning.endswith(".")
    assert entry.remedy.endswith((".", "?"))
    assert not entry.title.endswith(".")
    assert "please" not in " ".join(texts).lower()
    assert set(entry.thresholds) <= set(ModeRules.__dataclass_fields__)


@pytest.mark.parametrize("titles", [document.CHECKS, schema.CHECKS, order_files.CHECKS])
def test_tables_of_titles_agree_with_the_catalogue(titles: Mapping[str, str]) -> None:
    assert {code: CATALOGUE[code].title for code in titles} == dict(titles)


def test_every_threshold_belongs_to_some_check() -> None:
    used = {name for entry in ENTRIES for name in entry.thresholds}
    assert used == set(ModeRules.__dataclass_fields__)


def test_errors_that_can_be_accepted_are_those_of_a_team_or_of_intent() -> None:
    found = {e.code for e in ENTRIES if e.severity is Severity.ERROR and e.acknowledgeable}
    assert found == {"A08", "T03", "X01"}


def test_what_is_milder_than_an_error_can_be_accepted_unless_it_says_what_was_done() -> None:
    found = {e.code for e in ENTRIES if e.severity is not Severity.ERROR and not e.acknowledgeable}
    assert found == {"G09", "K01", "L30"}


def test_the_tables_of_codes_name_checks_that_exist() -> None:
    assert set(CATALOGUE) >= SPEC_CODES | CLOCK_CODES | ACROSS_CODES
    assert all(CATALOGUE[code].clock for code in CLOCK_CODES)
    assert not any(CATALOGUE[code].clock for code in SPEC_CODES)


def test_the_page_in_docs_is_made_from_the_catalogue() -> None:
    page = (ROOT / "docs" / "checks.md").read_text()
    assert page == checks_page(modes()), "run: python -m tests.core.test_catalogue"


def test_explain_tells_the_numbers_and_that_nobody_confirmed_them() -> None:
    text = explain_text("a09", modes())
    assert text.startswith("A09: larger than one pass can image\n")
    assert (
        "swathKm 5 (tianyi spotlight); not confirmed by the marketplace; source: CATALYST" in text
    )


def test_explain_takes_modes_that_share_a_number_together() -> None:
    [number] = explain("A07", modes()).numbers
    assert (number.key, number.modes, number.threshold.value) == ("minBillableKm2", (), 25)


def test_explain_tells_a_teams_own_number() -> None:
    own = modes().overridden_by({"tianyi": {"every": {"minBillableKm2": 400}}}, "modes.yaml")
    text = explain_text("A07", own)
    assert "minBillableKm2 400 (tianyi spotlight, tianyi stripmap" in text
    assert "; confirmed; source: modes.yaml" in text


def test_explain_says_who_may_change_the_severity() -> None:
    assert "a spec can `acknowledge` it" in explain_text("A09", modes())
    assert "it cannot be acknowledged or lowered" in explain_text("G05", modes())


def test_an_unknown_code_is_a_wrong_call() -> None:
    with pytest.raises(UsageError, match="There is no check 'Z99'"):
        explain("Z99", modes())


if __name__ == "__main__":
    (ROOT / "docs" / "checks.md").write_text(checks_page(modes()))
