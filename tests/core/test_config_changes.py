from satops.core.plan.changes import Change, value_changes


def test_a_value_that_becomes_a_group_shows_the_old_value_and_each_new_key() -> None:
    assert value_changes({"a": 3, "same": 1}, {"a": {"b": 5}, "same": 1}) == (
        Change("a", "3", "(a group of keys)"),
        Change("a.b", "(absent)", "5"),
    )


def test_a_list_is_one_value_and_an_empty_group_is_none() -> None:
    assert value_changes({"a": [1, 2]}, {"a": [1, 3], "b": {}}) == (Change("a", "[1,2]", "[1,3]"),)


def test_every_leaf_of_a_group_that_is_gone_is_shown() -> None:
    assert value_changes({"a": {"b": {"c": 1}, "d": "x"}}, {}) == (
        Change("a.b.c", "1", "(absent)"),
        Change("a.d", "x", "(absent)"),
    )


def test_a_key_with_two_underscores_is_a_key() -> None:
    base, here = {"by": {"__core": {"n": 1}}}, {"by": {"__core": {"n": 99}}}
    assert value_changes(base, here) == (Change("by.__core.n", "1", "99"),)


def test_what_a_long_list_gains_is_shown() -> None:
    names = [f"team-{number:03}" for number in range(40)]
    (change,) = value_changes({"oneOf": names}, {"oneOf": [*names, "everyone-else"]})
    assert change.before == "40 items, 0 of them only here"
    assert change.after == "41 items, 1 of them only here: everyone-else"


def test_a_long_list_in_another_order_is_shown_as_changed() -> None:
    names = [f"team-{number:03}" for number in range(40)]
    (change,) = value_changes({"oneOf": names}, {"oneOf": names[::-1]})
    assert change.before.startswith('["team-000"')
    assert change.after.startswith('["team-039"')


def test_a_long_text_is_shown_from_shortly_before_it_differs() -> None:
    (change,) = value_changes({"a": "x" * 500 + "old" * 99}, {"a": "x" * 500 + "new"})
    assert "new" in change.after
    assert "old" in change.before
    assert len(change.before) <= 201
