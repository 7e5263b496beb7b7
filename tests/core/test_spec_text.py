"""Words about the texts of a spec."""

import pytest

from satops.core.spec.text import wrong_name


@pytest.mark.parametrize(
    ("text", "example"),
    [
        ("né-port", "ne-port"),
        ("Cát Lái", "cat-lai"),
        ("Storm Damage (2)", "storm-damage-2"),
        ("ñ1", "n1"),
        ("!!", None),
        ("№ 7", "no-7"),
        ("湄公河", "meigonghe"),
    ],
)
def test_a_wrong_name_gets_an_example_that_is_right(text: str, example: str | None) -> None:
    said = wrong_name(text) or ""
    assert "cannot be a name" in said
    if example is None:
        assert "For example" not in said
    else:
        assert said.endswith(f"For example: {example}.")
        assert wrong_name(example) is None
