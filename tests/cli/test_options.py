"""Values of options that mean nothing, and would do something."""

import pytest

from satops.errors import ExitCode
from tests.cli.conftest import Satops


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1", "soon"])
@pytest.mark.parametrize(
    "call",
    [("apply", "--yes", "--wait-max"), ("reconcile", "--wait"), ("feasibility", "--wait")],
    ids=lambda call: call[0],
)
def test_seconds_are_a_finite_number(satops: Satops, call: tuple[str, ...], seconds: str) -> None:
    refused = satops(*call, seconds)
    assert refused.code == ExitCode.USAGE
    assert seconds in refused.err


@pytest.mark.parametrize(
    "call", [("download", "--to"), ("report", "--out"), ("plan", "--out"), ("apply", "--reviewed")]
)
def test_an_empty_path_is_no_folder(satops: Satops, call: tuple[str, ...]) -> None:
    refused = satops(*call, "")
    assert refused.code == ExitCode.USAGE
    assert "Perhaps a variable is not set" in refused.err
