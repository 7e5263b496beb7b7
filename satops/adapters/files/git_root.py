"""Where a folder lies in its git repository."""

from pathlib import Path


def forge_root(folder: Path) -> Path:
    """Return the root of a folder's git repository, or else the folder."""
    folder = folder.resolve()
    return next((at for at in (folder, *folder.parents) if (at / ".git").exists()), folder)


def folder_in_git(folder: Path) -> str:
    """Return the path of a folder from its git repository's root; empty for the root."""
    inside = folder.resolve().relative_to(forge_root(folder))
    return "" if inside == Path() else inside.as_posix()
