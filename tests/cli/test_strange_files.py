"""Files that are none: a device that never ends, a link that leads to itself."""

import pytest

from satops.errors import ExitCode
from tests.cli.conftest import Satops

CALLS = [
    ("trace", "FILE"),
    ("apply", "--yes", "--plan", "FILE"),
    ("apply", "--yes", "--reviewed", "FILE"),
    ("report", "--out", "FILE"),
    ("plan", "--out", "FILE"),
]


@pytest.mark.parametrize("call", CALLS)
def test_a_device_or_a_loop_of_links_is_no_file(satops: Satops, call: tuple[str, ...]) -> None:
    (satops.root / "loop").symlink_to("loop")
    for file in ("/dev/zero", "loop"):
        refused = satops(*(file if word == "FILE" else word for word in call))
        assert refused.code == ExitCode.USAGE, refused.err
