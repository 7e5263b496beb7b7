"""The marketplace's order statuses in words, as its documentation numbers them."""

_WORDS = {
    1: "pending",
    2: "delivered",
    3: "completed",
    4: "analyzing",
    5: "pending image",
    6: "failed",
}


def status_words(number: int | None) -> str:
    """Return a status in words; a number that the documentation lacks is shown as it is."""
    if number is None:
        return ""
    return _WORDS.get(number, f"status {number}")
