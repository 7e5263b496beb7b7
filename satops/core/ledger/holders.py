"""Which names hold an order: two may hold the same one, if a person agreed to it (X01)."""

from msgspec import Struct, field


class Holders(Struct):
    """The names whose submissions of an order count as spent, by the order's digest."""

    last: dict[str, str] = field(default_factory=dict)
    """The name that took the order last."""
    earlier: dict[str, list[str]] = field(default_factory=dict)
    """Further names that hold it, the latest at the end."""

    def get(self, digest: str) -> str | None:
        """Return the name that holds an order, the last of several; None if it is free."""
        return self.last.get(digest)

    def take(self, digest: str, name: str) -> None:
        """Let a name hold an order, besides those that hold it."""
        before = self.last.get(digest)
        if before is not None and before != name:
            earlier = self.earlier.setdefault(digest, [])
            earlier[:] = [each for each in earlier if each != name] + [before]
        self.last[digest] = name

    def release(self, digest: str, name: str) -> None:
        """Let a name hold an order no more; those that hold it too still do."""
        earlier = [each for each in self.earlier.pop(digest, ()) if each != name]
        if self.last.get(digest) == name:
            if earlier:
                self.last[digest] = earlier.pop()
            else:
                del self.last[digest]
        if earlier:
            self.earlier[digest] = earlier

    def without(self, name: str) -> "Holders":
        """Return a copy in which a name holds nothing."""
        earlier = {digest: [*names] for digest, names in self.earlier.items()}
        others = Holders(dict(self.last), earlier)
        for digest in self.last:
            others.release(digest, name)
        return others
