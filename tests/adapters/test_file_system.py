"""Network file systems are told from local disks, as far as Linux says."""

from pathlib import Path

import pytest

from satops.adapters.files.file_system import network_file_system

MOUNTS = """\
22 1 254:1 / / rw,relatime - ext4 /dev/vda1 rw
31 22 0:27 / /srv rw,relatime shared:1 - nfs4 nas:/srv rw,vers=4.2
32 31 254:2 / /srv/local rw,relatime - xfs /dev/vdb rw
33 22 0:40 / /mnt/two\\040words rw - cifs //nas/share rw
34 22 0:41 / /mnt/bucket rw,nosuid - fuse.s3fs s3fs rw
not a mount
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/ada/state/ledger.jsonl", None),
        ("/srv/team/state/ledger.jsonl", "nfs4"),
        ("/srv", "nfs4"),
        ("/srv/local/ledger.jsonl", None),
        ("/srvother/ledger.jsonl", None),
        ("/mnt/two words/ledger.jsonl", "cifs"),
        ("/mnt/bucket/ledger.jsonl", "fuse.s3fs"),
    ],
)
def test_the_nearest_mount_decides(tmp_path: Path, path: str, kind: str | None) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS)
    assert network_file_system(Path(path), mounts) == kind


def test_where_the_system_does_not_tell_a_disk_is_taken_for_local(tmp_path: Path) -> None:
    assert network_file_system(tmp_path, tmp_path / "no such file") is None
    assert network_file_system(tmp_path) is None
