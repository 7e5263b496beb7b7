"""What programs that satops starts see of the environment."""

import os


def child_environment() -> dict[str, str]:
    """Return the variables of this process without those of satops: some of them are secrets."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SATOPS_")}
