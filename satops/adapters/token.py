"""Read the marketplace's token, and keep it out of every text."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Never, SupportsIndex

from satops.core.redaction import Redactor
from satops.errors import UsageError

REDACTED: Final = "[token]"
"""Replaces the token in texts."""

_LENGTH_MAX: Final = 8192
"""Characters; servers refuse longer headers."""


class Token:
    """A secret that repr, str, format, copy and pickle do not show.

    Only `reveal` returns it, for the one caller that writes the request's header.
    """

    __slots__ = ("_redact", "_secret")

    def __init__(self, secret: str) -> None:
        """Raises UsageError, without the secret in its message, if no header can hold it."""
        secret = secret.strip()
        if not secret:
            raise UsageError("The token is empty.")
        if not (secret.isascii() and secret.isprintable()):
            raise UsageError(
                "The token holds a line break or a character that is not printable ASCII. "
                "An HTTP header cannot carry it. Copy the token again."
            )
        if len(secret) > _LENGTH_MAX:
            raise UsageError(f"The token is longer than {_LENGTH_MAX} characters.")
        self._secret = secret
        self._redact = Redactor({secret: REDACTED})

    def reveal(self) -> str:
        """Return the secret, for the request's header only."""
        return self._secret

    def redact(self, text: str) -> str:
        """Return the text without the token, also in its JSON, URL or HTML escaping.

        A beginning of the token at the end of the text is removed too, since an answer may be cut
        there.
        """
        return self._redact(text)

    def __repr__(self) -> str:
        return "Token(hidden)"

    def __str__(self) -> str:
        return "Token(hidden)"

    def __format__(self, spec: str) -> Never:
        raise TypeError("a Token cannot be formatted into a text")

    def __reduce_ex__(self, protocol: SupportsIndex) -> Never:
        raise TypeError("a Token cannot be copied or pickled")


def read_token(variable: str, environ: Mapping[str, str]) -> Token:
    """Return the token from a variable, or from the file that the variable `..._FILE` names.

    White space around it is stripped.  Raises UsageError if neither or both are set, or if the file
    cannot be read.
    """
    file_variable = f"{variable}_FILE"
    if variable in environ and file_variable in environ:
        raise UsageError(
            f"Both {variable} and {file_variable} are set, and it is not clear which token counts. "
            "Unset one of them."
        )
    if variable in environ:
        secret = environ[variable]
        source = f"The environment variable {variable}"
    elif file_variable in environ:
        secret = _file_text(Path(environ[file_variable]), file_variable)
        source = f"The file that {file_variable} names"
    else:
        raise UsageError(
            f"There is no token for the marketplace. Set the environment variable {variable}, "
            f"or let {file_variable} name a file that holds it."
        )
    try:
        return Token(secret)
    except UsageError as error:
        raise UsageError(f"{source} holds no usable token. {error}") from None


def sandbox_token() -> Token:
    """Return the sandbox's fixed token, which is no secret."""
    return Token("sandbox-token-orders-nothing")


def _file_text(path: Path, variable: str) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_LENGTH_MAX * 2)
    except OSError as error:
        raise UsageError(
            f"{variable} names the file {path}, which cannot be read: {error.strerror}."
        ) from None
    # `Token` refuses the replacement characters.
    return content.decode("ascii", "replace")
