"""Open a download target by its address."""

import re
from collections.abc import Callable
from pathlib import Path

from satops.adapters.deliveries.folder import FolderTarget
from satops.adapters.files.local_state import LocalFolder
from satops.errors import UsageError
from satops.workflow.targets import Target

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+)://")
_CLOUDS = ("s3", "gs", "az")


def open_target(given: str, base: Path, parts: Callable[[], LocalFolder]) -> Target:
    """Return the target of an address: a folder relative to `base`, or a cloud address.

    `parts` returns the folder for the parts of a cloud target.  Creates nothing and sends nothing.
    Raises `UsageError`.
    """
    scheme = _SCHEME.match(given)
    if scheme is None:
        if not given.strip() or not given.isprintable():
            raise UsageError("The target of a download is a folder, or s3://, gs:// or az://.")
        return FolderTarget(base / given)
    if scheme[1] not in _CLOUDS:
        raise UsageError(
            f"Products cannot go to {scheme[1]}://. Known are a folder, s3://, gs:// and az://."
        )
    try:
        from satops.adapters.deliveries.objects import ObjectTarget
        from satops.adapters.stores.objects_client import open_client, parse_address
    except ImportError as error:
        raise UsageError(
            f"Object storage needs a package that is not installed: {error.name}. Install it with "
            "satops:\n    pip install 'satops[cloud]'"
        ) from None
    rest = given[len(scheme[1]) + 1 :]
    address = parse_address(scheme[1], rest, what="a target of products")
    return ObjectTarget(open_client(address), parts(), shown=address.shown)
