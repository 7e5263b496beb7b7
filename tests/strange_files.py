"""What may stand in the place of a file."""

import os
from pathlib import Path


def put(kind: str, path: Path, elsewhere: Path, content: bytes = b"") -> None:
    """Put what is no plain file at a path; a link leads to `elsewhere`, which has the content."""
    match kind:
        case "link":
            elsewhere.write_bytes(content)
            path.symlink_to(elsewhere)
        case "dangling":
            path.symlink_to(elsewhere)
        case "device":
            path.symlink_to("/dev/zero")
        case "FIFO":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "huge":
            with path.open("wb") as file:
                file.truncate(1 << 40)
        case _:
            raise AssertionError(kind)
