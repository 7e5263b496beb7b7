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
