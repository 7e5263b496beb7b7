import pytest
from msgspec.structs import replace

from satops.core.checks import check_specs
from satops.core.finding import Finding
from satops.core.plan.config import LabelRule
from tests.core.checks.making import rules, spec

RULES = {"team": LabelRule(True, ("hydrology", "planning")), "ticket": LabelRule()}


def found_in(labels: dict[str, str] | None) -> list[Finding]:
    (found,) = check_specs([replace(spec(), labels=labels)], rules(labels=RULES))
    return [finding for finding in found if finding.check == "N06"]


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (None, "is missing"),
        ({"ticket": "1"}, "is missing"),
        ({"team": "hydrolgy"}, "'hydrolgy', which satops.yaml does not allow"),
        ({"team": "planning"}, None),
        ({"team": "hydrology", "ticket": "anything"}, None),
    ],
)
def test_a_label_is_required_and_restricted_by_the_rules_of_the_team(
    labels: dict[str, str] | None, said: str | None
) -> None:
    mine = found_in(labels)
    if said is None:
        assert not mine
    else:
        (finding,) = mine
        assert said in finding.detail
        assert "hydrology, planning" in finding.detail


@pytest.mark.parametrize(
    "ticket",
    ["", " ", "ops ", " ops", "ops\n", "o\tps", "o\u200bps", "ops\u3164", "\u3164", "ops\u00a0x",
     "\u043eps", "op\u0455", "\uff4fps", "caf\u0065\u0301", "a #\u0430b", "\u202eops",
     "o\u200dps", "m\u00b2", "\u24d0", "op\u24e2"],
)  # fmt: skip
def test_a_value_that_a_reader_takes_for_another_is_refused(ticket: str) -> None:
    (finding,) = found_in({"team": "planning", "ticket": ticket})
    assert "ticket" in finding.detail
    assert finding.detail.isprintable()


@pytest.mark.parametrize(
    "ticket",
    ["OPS-123", "caf\u00e9", "C\u00e1t L\u00e1i 2", "\u0421\u043e\u0447\u0438", "\u6c34\u6587",
     "\u041e\u0442\u0434\u0435\u043b 7", "a #1, b & c"],
)  # fmt: skip
def test_a_value_in_any_one_alphabet_is_clear(ticket: str) -> None:
    assert not found_in({"team": "planning", "ticket": ticket})
