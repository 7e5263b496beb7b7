"""What a machine notes of a ledger: its looks, and the last head that it appended."""

from pathlib import Path

import pytest

from satops.adapters.files.local_state import HeadFile, LocalFolder, LookFile
from satops.core.ledger.chain import Head
from satops.ports import Look

INTENT = "a" * 64


@pytest.fixture
def folder(tmp_path: Path) -> LocalFolder:
    return LocalFolder(tmp_path, "ledger")


def test_a_look_comes_back_to_the_next_run_of_the_same_start_of_the_machine(
    folder: LocalFolder,
) -> None:
    look = Look(12.5, 2, "boot-1")
    LookFile(folder).note(INTENT, look)
    assert LookFile(folder).look(INTENT, "boot-1") == look
    assert LookFile(folder).look("b" * 64, "boot-1") is None


def test_a_look_of_another_start_of_the_machine_never_counts(folder: LocalFolder) -> None:
    LookFile(folder).note(INTENT, Look(12.5, 2, "boot-1"))
    assert LookFile(folder).look(INTENT, "boot-2") is None


def test_two_machines_that_share_a_home_do_not_reset_each_other(folder: LocalFolder) -> None:
    for epoch in ("boot-1", "boot-2"):
        LookFile(folder).note(INTENT, Look(1.0, 1, epoch))
    assert LookFile(folder).look(INTENT, "boot-1") == Look(1.0, 1, "boot-1")


@pytest.mark.parametrize("kept", ['{"first": 1, "count": 3}', '{"first": 1.0, "count": true}', "7"])
def test_a_look_that_cannot_be_read_only_waits_longer(folder: LocalFolder, kept: str) -> None:
    LookFile(folder).note(INTENT, Look(1.0, 1, "boot-1"))
    (path,) = folder.path.glob("looks-*")
    path.write_text(f'{{"{INTENT}": {kept}}}')
    assert LookFile(folder).look(INTENT, "boot-1") is None


def test_a_head_is_only_raised_unless_a_person_accepts_an_older_one(folder: LocalFolder) -> None:
    heads = HeadFile(folder)
    heads.note(Head(9, "c" * 64))
    heads.note(Head(7, "d" * 64))
    assert heads.noted() == Head(9, "c" * 64)
    heads.note(Head(7, "d" * 64), accepted=True)
    assert heads.noted() == Head(7, "d" * 64)
