import pytest
from msgspec.structs import replace

from satops.core.checks import check_specs
from satops.core.plan.config import LabelRule
from tests.core.checks.making import rules, spec

RULES = {"team": LabelRule(True, ("hydrology", "planning")), "ticket": LabelRule()}


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
    (found,) = check_specs([replace(spec(), labels=labels)], rules(labels=RULES))
    mine = [finding for finding in found if finding.check == "N06"]
    if said is None:
        assert not mine
    else:
        (finding,) = mine
        assert said in finding.detail
        assert "hydrology, planning" in finding.detail
