"""What exceptions prove, and that every class of the libraries has been decided."""

import http.client
import inspect
import socket
import ssl
from types import ModuleType

import pytest
import requests.exceptions
import urllib3.exceptions

from satops.adapters.marketplaces.eo_imagery.failures import (
    DECIDED,
    chain,
    failure_outcome,
    meaning_of,
)
from satops.adapters.marketplaces.eo_imagery.wire import AnswerTooLong, ConnectedTooLate
from satops.core.order.submission import InDoubt, NotSent


def exceptions_of(module: ModuleType) -> list[type[Exception]]:
    """Return the exception classes that a module defines, warnings apart."""
    return [
        kind
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, Exception)
        and not issubclass(kind, Warning)
        and kind.__module__ == module.__name__
    ]


@pytest.mark.parametrize(
    "kind",
    [
        *exceptions_of(requests.exceptions),
        *exceptions_of(urllib3.exceptions),
        *exceptions_of(http.client),
        ConnectedTooLate,
        AnswerTooLong,
    ],
    ids=lambda kind: f"{kind.__module__}.{kind.__name__}",
)
def test_somebody_has_decided_what_each_exception_of_the_libraries_means(
    kind: type[Exception],
) -> None:
    assert f"{kind.__module__}.{kind.__qualname__}" in DECIDED, (
        "A new exception: can it come before the first byte of a request? "
        "Decide it in satops/adapters/marketplaces/eo_imagery/failures.py."
    )


def test_the_walk_over_the_libraries_finds_their_exceptions() -> None:
    assert len(exceptions_of(requests.exceptions)) > 15
    assert len(exceptions_of(urllib3.exceptions)) > 25
    assert len(exceptions_of(http.client)) > 10


@pytest.mark.parametrize("name", sorted(DECIDED))
def test_no_exception_is_called_not_sent_once_a_byte_may_have_left(name: str) -> None:
    module, _, kind = name.rpartition(".")
    error = type(kind, (Exception,), {"__module__": module})("wire")

    assert isinstance(failure_outcome(error, "", sent=True), InDoubt)


@pytest.mark.parametrize("sent", [True, False])
def test_an_exception_that_nobody_has_decided_is_in_doubt(*, sent: bool) -> None:
    class NewTimeout(requests.exceptions.ConnectTimeout):
        pass

    for error in (
        NewTimeout("x"),
        requests.exceptions.ConnectionError(NewTimeout("x")),
        KeyError(),
    ):
        found = failure_outcome(error, "seen", sent=sent)

        assert isinstance(found, InDoubt)
        assert found.reason == "An error that satops does not know."
        assert found.evidence.endswith("; seen")


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "The connection was refused."),
        (socket.gaierror(-2, "Name or service not known"), "host was not found"),
        (
            ssl.SSLCertVerificationError(1, "self-signed"),
            "The TLS handshake failed. (self-signed)",
        ),
        (TimeoutError("timed out"), "No connection could be made in time."),
        (PermissionError(1, "Operation not permitted"), "No connection could be made."),
        (OSError("Tunnel connection failed: 407"), "407"),
    ],
)
def test_the_innermost_cause_gives_the_words(cause: OSError, words: str) -> None:
    error = requests.exceptions.ConnectionError(urllib3.exceptions.ProtocolError("aborted", cause))

    found = failure_outcome(error, "", sent=False)

    assert isinstance(found, NotSent)
    assert words in found.reason


def test_what_can_only_follow_an_answer_is_in_doubt_even_without_a_byte_sent() -> None:
    error = requests.exceptions.ChunkedEncodingError("short")

    assert failure_outcome(error, "", sent=False) == InDoubt("The answer was cut.", "")


def test_a_chain_that_bites_its_tail_ends() -> None:
    error = OSError("loop")
    error.args = (error,)

    assert list(chain(error)) == [error]


def test_the_systems_own_classes_are_decided_with_their_descendants() -> None:
    assert meaning_of(ConnectionResetError) == meaning_of(BrokenPipeError)
    assert meaning_of(ssl.SSLEOFError) == meaning_of(ssl.SSLError)
    assert meaning_of(ValueError) is None
