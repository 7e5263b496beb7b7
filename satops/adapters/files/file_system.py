"""The kind of file system of a path, as far as Linux tells."""

import re
from pathlib import Path

_MOUNTS = Path("/proc/self/mountinfo")
_NETWORK = frozenset(
    (
        "afs", "beegfs", "ceph", "cifs", "davfs", "fuse.blobfuse2", "fuse.ceph", "fuse.davfs2",
        "fuse.gcsfuse", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs", "glusterfs",
        "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "smb2", "smb3", "smbfs",
    )
)  # fmt: skip
"""Network file systems: other machines may write to them, with locks of their own."""


def network_file_system(path: Path, mounts: Path = _MOUNTS) -> str | None:
    """Return the kind of network file system of a path; None for a local disk.

    None also if the system does not tell.  For a path that does not exist, its nearest folder
    counts.
    """
    try:
        lines = mounts.read_text("utf-8", "surrogateescape").splitlines()
        place = path.resolve()
    except OSError:
        return None
    kinds = dict(filter(None, map(_mount, lines)))
    here = next((kinds[point] for point in (place, *place.parents) if point in kinds), "")
    return here if here in _NETWORK else None


def _mount(line: str) -> tuple[Path, str] | None:
    # 36 35 98:0 /root /mount/point rw,noatime master:1 - ext4 /dev/root rw
    before, separator, after = line.partition(" - ")
    fields = before.split(" ")
    if not separator or len(fields) < 5:
        return None
    # Blanks and the like are octal escapes.
    point = re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), fields[4])
    return Path(point), after.split(" ")[0]
