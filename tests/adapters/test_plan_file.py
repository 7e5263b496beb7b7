import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from satops.adapters.files.new_files import write_whole
from satops.adapters.files.plan_file import read_plan
from satops.core.plan.plan import ActionKind
from satops.errors import UsageError
from satops.report.json.plan import plan_json
from tests.report.samples import action, plan

MADE = plan(action(ActionKind.CREATE, "a"), action(ActionKind.KEEP, "b"))


def chunks() -> Iterator[bytes]:
    return plan_json(MADE, lambda _: b"{}")


def test_a_plan_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    write_whole(path, chunks(), option="--out", kind="json")
    saved = read_plan(path)
    assert saved.digest == MADE.digest
    assert saved.ledger_head == MADE.ledger_head
    assert {name for name, _ in saved.creates} == {"a"}
    assert path.read_bytes() == b"".join(chunks())


def test_a_plan_that_was_edited_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    write_whole(path, chunks(), option="--out", kind="json")
    content = json.loads(path.read_bytes())
    content["actions"][1]["action"] = "create"
    path.write_text(json.dumps(content))
    with pytest.raises(UsageError, match="changed after it was written"):
        read_plan(path)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not JSON"),
        (b"[]", "its format is not"),
        (b'{"format":"satops.plan/2"}', "its format is not"),
        (b'{"format":"satops.plan/1"}', "not whole"),
        (b'{"format":"satops.plan/1","plan_digest":1,"actions":[3]}', "not whole"),
    ],
)
def test_what_is_no_plan_is_refused_and_says_how_to_make_one(
    tmp_path: Path, content: bytes, why: str
) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=why) as caught:
        read_plan(path)
    assert "    satops plan --out" in str(caught.value)


def test_a_plan_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="It is not there"):
        read_plan(tmp_path / "missing.json")


def test_a_plan_that_cannot_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(before := b"".join(chunks()))

    def broken() -> Iterator[bytes]:
        yield b"half"
        raise OSError(28, "No space left on device")

    with pytest.raises(UsageError, match="No space left on device"):
        write_whole(path, broken(), option="--out", kind="json")
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
