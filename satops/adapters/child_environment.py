"""The environment of child processes."""

import os


def child_environment() -> dict[str, str]:
    """Return this process's variables without those of satops, some of which are secrets."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SATOPS_")}
