"""The context of one call: the options before the command's name."""

import os
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from satops.core.safe import repr_without
from satops.errors import UsageError


class Call(Struct):
    """Working directory, environment and verbosity of one call."""

    directory: Path = Path()
    """Working directory, from `-C`; relative paths start there."""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    quiet: bool = False
    """Whether to write only results and errors."""

    __repr__ = repr_without("environ")

    @property
    def repository(self) -> Path:
        """Root of the repository of `directory`.  Raises `UsageError` outside of one."""
        from satops.adapters.files.config_file import find_root

        return find_root(self.directory)

    def path(self, given: str) -> Path:
        """Return a path of the command line, relative to `directory`.

        Raises `UsageError` for an empty one, which would be the folder itself.
        """
        if not given:
            raise UsageError("A path is empty. Perhaps a variable is not set: name the path.")
        return self.directory / given
