"""Numbers in a sentence."""


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return `1 order`, `2 orders`, `no orders`."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {plural or noun + 's'}" if number else f"no {plural or noun + 's'}"
