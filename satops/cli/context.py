"""What one call of the command line was given, apart from its command."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(slots=True)
class Call:
    """The place, the environment and the manner of one call."""

    directory: Path = Path()
    """Where the command runs, as `-C` says; relative paths are relative to it."""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    quiet: bool = False
    """Only results and errors are written."""

    @property
    def repository(self) -> Path:
        """The repository that `directory` lies in.  Raises `UsageError` where there is none."""
        from satops.adapters.files.config_file import find_root

        return find_root(self.directory)

    def path(self, given: str) -> Path:
        """Return a path from the command line, seen from `directory`."""
        return self.directory / given
