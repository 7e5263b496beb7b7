"""Download into a folder that somebody else filled: what lies there is no word of ours."""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from satops.core.delivery.names import part_name
from tests.workflow.deliveries import Team, delivered


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    """One order of one product."""
    with delivered(tmp_path) as team:
        yield team


@pytest.mark.parametrize("forged", [
    {}, {"key": "a/../../../outside.yml"}, {"key": 7}, {"product": "../x"}, {"title": 5},
    {"size": None}, {"content_type": 5},
])  # fmt: skip
def test_a_seal_that_came_with_the_repository_is_not_believed(
    team: Team, tmp_path: Path, forged: dict[str, object]
) -> None:
    digest = sha256(b"evil").hexdigest()
    sealed = {"key": f"a/a.100.{digest[:8]}.bin", "product": "100", "size": 4, "sha256": digest,
              "content_type": "application/octet-stream", "address": "", "title": ""}  # fmt: skip
    part = tmp_path / "to/a" / part_name("a", team.numbers["a"], "100")
    part.parent.mkdir(parents=True)
    part.write_bytes(b"evil")
    epochs = ({}, {"epoch": team.clock.epoch}) if forged else ({},)
    for epoch in epochs:
        note = {**epoch, "sealed": sealed | forged}
        part.with_name(part.name + ".json").write_text(json.dumps(note))
        team.download()
    assert team.files() == team.sold()
    (event,) = team.events()
    assert event["sha256"] != digest
    assert not list(tmp_path.rglob("outside.yml"))
