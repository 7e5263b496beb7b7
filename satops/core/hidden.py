"""Keep fields of a value out of its `repr`, and so out of logs and tracebacks."""

from collections.abc import Callable

from msgspec import Struct


def repr_without(*hidden: str) -> Callable[[Struct], str]:
    """Return a `__repr__` that leaves out the named fields: secrets, streams, long values."""

    def shown(self: Struct) -> str:
        kept = (name for name in self.__struct_fields__ if name not in hidden)
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in kept)
        return f"{type(self).__name__}({fields})"

    return shown
