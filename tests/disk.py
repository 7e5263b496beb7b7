"""A disk of a few kilobytes, for what happens when it is full."""

import contextlib
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def may_mount() -> bool:
    """Tell whether this process may mount file systems, as its capabilities say."""
    status = Path("/proc/self/status").read_text("ascii")
    effective = next(line for line in status.splitlines() if line.startswith("CapEff:"))
    return bool(int(effective.split()[1], 16) >> 21 & 1)


@contextmanager
def small_disk(folder: Path, kib: int) -> Iterator[Path]:
    """Mount a disk of some KiB at a folder, which is made, for the length of the block."""
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kib}k", "none", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


@contextmanager
def same_disk(disk: Path, folder: Path) -> Iterator[None]:
    """Show a folder of a disk at another path too, for the length of the block."""
    below = disk / "below"
    below.mkdir()
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "--bind", below, folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def fill(path: Path, room: int = 0) -> None:
    """Write until the disk is full, and give some bytes back."""
    with path.open("wb", buffering=0) as ballast:
        with contextlib.suppress(OSError):
            while True:
                ballast.write(bytes(4096))
        ballast.truncate(ballast.tell() - room)
