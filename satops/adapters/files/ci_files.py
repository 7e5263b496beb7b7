"""The workflow files that the package ships for each forge, before they are filled in."""

from collections.abc import Mapping
from pathlib import Path

_TEMPLATES = Path(__file__).parents[2] / "templates"


def ci_templates(forge: str) -> Mapping[str, str]:
    """Return name and text of every template for a forge: `github` or `gitlab`.

    Raises FileNotFoundError where the installation is not whole.
    """
    return {path.name: path.read_text("utf-8") for path in sorted((_TEMPLATES / forge).iterdir())}
