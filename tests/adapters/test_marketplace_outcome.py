"""The outcome table, answer by answer, without a network."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import count

import pytest

from satops.adapters.marketplaces.eo_imagery.answer import Answer, envelope
from satops.adapters.marketplaces.eo_imagery.outcome import (
    ORDER_NO_CHARS_MAX,
    RETRY_AFTER_DEFAULT_S,
    outcome_of,
    retry_after_s,
)
from satops.adapters.token import Token
from satops.core.order.submission import InDoubt, Outcome, Receipt, Rejection
from tests.net.raw_server import receipt, refusal

NOW = datetime.now(UTC).replace(microsecond=0)
REFUSING = (400, 404, 405, 411, 413, 414, 415, 422)


def outcome(status: int, body: object, headers: dict[str, str] | None = None) -> Outcome:
    """Return the outcome of an answer; an object is sent as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return outcome_of(Answer(status, headers or {}, content), NOW)


@pytest.mark.parametrize("status", [200, 201, 202])
def test_an_order_number_under_success_is_a_receipt(status: int) -> None:
    assert outcome(status, receipt("PROG_1")) == Receipt("PROG_1")


@pytest.mark.parametrize(
    "body",
    [
        {"code": "200", "data": {"orderNo": "PROG_1"}},
        {"code": 200, "message": None, "data": {"orderNo": "PROG_1", "more": [1]}},
        b'\xef\xbb\xbf {"code":200,"data":{"orderNo":"PROG_1"}}\n',
        b'{"code":200,"message":"\xb3\xc9\xb9\xa6","data":{"orderNo":"PROG_1"}}',
    ],
    ids=["code as text", "no message", "byte order mark", "message in another encoding"],
)
def test_a_receipt_is_recognised_however_it_is_written(body: object) -> None:
    assert outcome(200, body) == Receipt("PROG_1")


def test_a_whole_number_is_an_order_number_as_text() -> None:
    assert outcome(200, receipt(202310270001)) == Receipt("202310270001")


@pytest.mark.parametrize(
    "order_no",
    [
        None, "", " ", 0, -1, 1.5, 10**30, True, [], {}, " PROG_1", "PROG_1\n", "PROG\x1b[2J_1",
        "PROG\u202e1", "P" * (ORDER_NO_CHARS_MAX + 1),
    ],
    ids=repr,
)  # fmt: skip
def test_a_number_that_cannot_be_trusted_whole_is_kept_as_evidence(order_no: object) -> None:
    found = outcome(200, receipt(order_no))

    assert isinstance(found, InDoubt)
    assert found.reason == "The answer says success but has no usable order number."
    assert '"orderNo"' in found.evidence
    assert found.evidence.isprintable()


@pytest.mark.parametrize("data", [None, [], "PROG_1", {}, {"orderno": "PROG_1"}])
def test_success_without_a_number_is_in_doubt(data: object) -> None:
    assert isinstance(outcome(200, {"code": 200, "message": "success", "data": data}), InDoubt)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b'"200"', b"200", b"{", b"<html>OK</html>", b"\x00\xff",
        b'{"data":{"orderNo":"PROG_1"}}', b'{"code":null,"data":{"orderNo":"PROG_1"}}',
        b'{"code":true,"data":{"orderNo":"PROG_1"}}', b'{"code":200.0,"data":{"orderNo":"P"}}',
        b'{"code":"OK","data":{"orderNo":"PROG_1"}}', b'{"code":200,"data":{"orderNo":"PROG_1"}',
        b"[" * 100_000, b'{"code":' + b"9" * 5000 + b"}",
    ],
    ids=lambda body: repr(body[:40]),
)  # fmt: skip
def test_a_body_that_is_not_the_envelope_is_in_doubt_under_success(body: bytes) -> None:
    found = outcome(200, body)

    assert isinstance(found, InDoubt)
    assert found.reason == "The answer is not the marketplace's JSON."


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            b"<html><title>Guest Wi-Fi:\n please log in</title><body>Accept",
            "Guest Wi-Fi: please log in Accept",
        ),
        (b"<script>var x = '<b>'</script >Sign in &amp; go<!-- x", "Sign in & go"),
        (b"\x1b[2Jplaced as PROG_9", r"\x1b[2Jplaced as PROG_9"),
        (b"w" * 500, "w" * 160 + "\u2026"),
    ],
)
def test_what_a_strange_page_says_is_told_in_one_line(body: bytes, told: str) -> None:
    found = outcome(200, body)

    assert isinstance(found, InDoubt)
    assert found.told == f"It says: {told}"


def test_a_page_that_echoes_the_token_as_html_does_not_tell_it() -> None:
    token = Token("s3cret-token-of-a-buyer")
    page = "<p>s3cret-&#116;oken-of-a-buyer</p>" + "<!--" * 9_000
    found = outcome_of(Answer(200, {}, page.encode(), token.redact), NOW)

    assert isinstance(found, InDoubt)
    assert found.told == "It says: [token]"


def test_where_a_redirect_leads_is_told() -> None:
    found = outcome(301, b"<p>Moved", {"location": "https://login.example/\x1b[2J"})

    assert isinstance(found, InDoubt)
    assert found.told == r"It leads to https://login.example/\x1b[2J"


def test_what_the_marketplace_itself_says_is_told() -> None:
    found = outcome(503, {"code": 503, "message": "closed until noon"})

    assert isinstance(found, InDoubt)
    assert found.told == "It says: closed until noon"


@pytest.mark.parametrize("encoding", ["gzip", "br", "GZIP"])
def test_a_compressed_body_is_not_expanded(encoding: str) -> None:
    found = outcome(200, receipt("PROG_1"), {"content-encoding": encoding})

    assert isinstance(found, InDoubt)
    assert f"content-encoding: {encoding}" in found.evidence
    assert found.told == ""


def test_identity_is_no_compression() -> None:
    assert outcome(200, receipt("PROG_1"), {"content-encoding": "identity"}) == Receipt("PROG_1")


@pytest.mark.parametrize("status", [200, *REFUSING])
def test_code_400_is_a_rejection_with_the_marketplace_s_message(status: int) -> None:
    assert outcome(status, refusal(400)) == Rejection(400, "Satellite not available")


@pytest.mark.parametrize("status", REFUSING)
def test_a_refusing_status_with_the_envelope_is_a_rejection(status: int) -> None:
    assert outcome(status, refusal(status)) == Rejection(status, "Satellite not available")


@pytest.mark.parametrize("status", REFUSING)
@pytest.mark.parametrize("body", [b"", b"<html>nginx</html>", b'{"status":404}'])
def test_a_refusing_status_without_the_envelope_stops_the_run(status: int, body: bytes) -> None:
    found = outcome(status, body)

    assert isinstance(found, Rejection)
    assert (found.code, found.stops_run, found.retry_after_s) == (status, True, None)
    assert "Check marketplace.url" in found.message


@pytest.mark.parametrize("code", [401, 403])
@pytest.mark.parametrize("status", [200, None, 400])
def test_no_right_is_a_rejection_that_stops_the_run(code: int, status: int | None) -> None:
    found = outcome(status or code, refusal(code, "token expired"))

    assert found == Rejection(code, "token expired", stops_run=True)


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("body", [b"", refusal(400)], ids=["no envelope", "code 400"])
def test_no_right_by_status_stops_the_run_whatever_the_body(status: int, body: object) -> None:
    found = outcome(status, body)

    assert isinstance(found, Rejection)
    assert found.stops_run


@pytest.mark.parametrize("code", [0, 1, 100, 201, 404, 409, 429, 500, 503, -1, 10**12])
def test_another_code_under_success_is_in_doubt(code: int) -> None:
    assert isinstance(outcome(200, refusal(code)), InDoubt)


@pytest.mark.parametrize(
    "status",
    [100, 101, 301, 302, 303, 304, 307, 308, 402, 406, 408, 409, 410, 418, 423, 425, 428, 451,
     500, 501, 502, 503, 504, 520, 524, 600, 999],
)  # fmt: skip
@pytest.mark.parametrize("body", [b"", receipt(), refusal(400), refusal(500)], ids=repr)
def test_any_other_status_is_in_doubt_whatever_the_body_says(status: int, body: object) -> None:
    found = outcome(status, body)

    assert isinstance(found, InDoubt)
    assert f"HTTP {status}" in found.evidence


@pytest.mark.parametrize("status", [*REFUSING, 401, 403, 429])
@pytest.mark.parametrize("body", [receipt(), refusal(200), refusal(500), refusal(409)], ids=repr)
def test_a_refusing_status_over_a_body_that_says_else_is_in_doubt(
    status: int, body: object
) -> None:
    assert isinstance(outcome(status, body), InDoubt)


@pytest.mark.parametrize("status", [200, 400, 401, 429])
def test_a_refusal_that_names_an_order_is_in_doubt(status: int) -> None:
    found = outcome(status, {"code": 400, "message": "late", "data": {"orderNo": "PROG_1"}})

    assert isinstance(found, InDoubt)
    assert "PROG_1" in found.evidence


@pytest.mark.parametrize("body", [b"", b"<html>", refusal(429), refusal(400)], ids=repr)
def test_429_may_be_tried_again_and_does_not_stop_the_run(body: object) -> None:
    found = outcome(429, body, {"retry-after": "7"})

    assert isinstance(found, Rejection)
    assert (found.code, found.stops_run, found.retry_after_s) == (429, False, 7)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0), ("3", 3), ("2.5", 2.5), (None, RETRY_AFTER_DEFAULT_S),
        ("", RETRY_AFTER_DEFAULT_S), ("soon", RETRY_AFTER_DEFAULT_S), ("-1", RETRY_AFTER_DEFAULT_S),
        ("nan", RETRY_AFTER_DEFAULT_S), ("1e999", RETRY_AFTER_DEFAULT_S),
        ("9" * 30, RETRY_AFTER_DEFAULT_S), ("٣", RETRY_AFTER_DEFAULT_S),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90),
        (format_datetime(NOW - timedelta(seconds=90), usegmt=True), 0),
    ],
    ids=count(),
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float) -> None:
    headers = {} if value is None else {"retry-after": value}

    assert retry_after_s(Answer(429, headers, b""), NOW) == seconds


def test_a_retry_after_date_is_measured_by_the_servers_own_clock() -> None:
    served_at = NOW - timedelta(hours=5)
    headers = {
        "retry-after": format_datetime(served_at + timedelta(seconds=30), usegmt=True),
        "date": format_datetime(served_at, usegmt=True),
    }

    assert retry_after_s(Answer(429, headers, b""), NOW) == 30


def test_a_message_is_bounded_and_escaped() -> None:
    found = outcome(200, refusal(400, "no\x1b[31m\n" + "x" * 10_000))

    assert isinstance(found, Rejection)
    assert found.message.startswith("no\\x1b[31m\\nxxx")
    assert len(found.message) < 600


@pytest.mark.parametrize("message", [None, "", 5, {"a": 1}])
def test_a_refusal_without_a_message_says_so(message: object) -> None:
    found = outcome(200, {"code": 400, "message": message, "data": None})

    assert found == Rejection(400, "The marketplace gave no message.")


def test_evidence_holds_telling_headers_and_the_beginning_of_the_body() -> None:
    headers = {"server": "nginx", "set-cookie": "sid=1", "x-request-id": "r\x00" + "1" * 999}

    found = outcome(500, b"<h1>\xff\x00 " + b"y" * 9000, headers)

    assert isinstance(found, InDoubt)
    assert found.evidence.startswith("HTTP 500; server: nginx; x-request-id: r\\x00111")
    assert "body of 9007 bytes: <h1>\\xff\\x00 yyy" in found.evidence
    assert "sid=1" not in found.evidence
    assert len(found.evidence) < 1000


def test_the_token_is_taken_out_before_the_text_is_cut() -> None:
    def redact(text: str) -> str:
        return text.replace("secret", "[token]")

    body = b"z" * 497 + b"secret"

    assert "sec" not in Answer(500, {"location": "/?t=secret"}, body, redact).evidence()


def test_the_envelope_message_has_no_token() -> None:
    answer = Answer(200, {}, json.dumps(refusal(400, "bad key secret")).encode(), str.upper)
    found = envelope(answer)

    assert found is not None
    assert found.message == "BAD KEY SECRET"


TWICE = {
    "two numbers": b'{"code":200,"data":{"orderNo":"PROG_1","orderNo":"PROG_2"}}',
    "one number, and none": b'{"code":200,"data":{"orderNo":"PROG_1","orderNo":null}}',
    "no number, and one": b'{"code":200,"data":{"orderNo":"","orderNo":"PROG_1"}}',
    "two codes": b'{"code":200,"code":400,"message":"no","data":null}',
    "two codes, the other way": b'{"code":400,"code":200,"data":{"orderNo":"PROG_1"}}',
    "a code, and none": b'{"code":400,"message":"no","code":null}',
    "two data": b'{"code":400,"message":"no","data":{"orderNo":"PROG_1"},"data":null}',
    "two messages": b'{"code":400,"message":"no","message":"bought","data":null}',
    "spelled otherwise": b'{"code":200,"data":{"\\u006frderNo":"PROG_1","orderNo":"PROG_2"}}',
    "deep inside": b'{"code":400,"message":"no","data":[[{"a":[{"b":1,"b":2}]}]]}',
}


@pytest.mark.parametrize("status", [200, 201, *REFUSING, 401, 403, 429])
@pytest.mark.parametrize("body", TWICE.values(), ids=TWICE)
def test_an_answer_with_a_key_twice_is_in_doubt(status: int, body: bytes) -> None:
    assert isinstance(outcome(status, body), InDoubt)


@pytest.mark.parametrize(
    "body",
    [
        {"code": 200, "data": {"orderNo": "PROG_1"}, "orderNo": "PROG_2"},
        {"code": 200, "data": {"orderNo": "PROG_1", "order": {"orderNo": "PROG_2"}}},
        {"code": 200, "data": {"orderNo": "PROG_1", "order_no": 5}},
    ],
    ids=str,
)
def test_a_success_with_two_order_numbers_is_in_doubt_and_keeps_both(body: object) -> None:
    found = outcome(200, body)

    assert isinstance(found, InDoubt)
    assert "PROG_1" in found.evidence
    assert "PROG_2" in found.evidence or "5" in found.evidence


UUID = "cff09baa-6bf3-4dc7-98f2-9becd771f1e3"
NAMING = {
    "data as text": {"data": "PROG_7"},
    "data as another text": {"data": "X7"},
    "data as a number": {"data": 202310270007},
    "data as a UUID": {"data": UUID},
    "data as a sentence": {"data": "it is PROG_ORDER_7 now"},
    "data as JSON in text": {"data": '{"orderNo": "7"}'},
    "data as JSON in JSON in text": {"data": json.dumps(json.dumps({"a": {"orderNo": "7"}}))},
    "a list": {"data": ["PROG_7"]},
    "a list of numbers": {"data": [7]},
    "a list of orders": {"data": [{"orderNo": "7"}]},
    "nested": {"data": {"result": {"created": [{"order": {"orderNo": "7"}}]}}},
    "another key": {"data": {"orderNumber": "7"}},
    "a key in other letters": {"data": {"ORDERNO": "7"}},
    "several": {"data": {"orderNos": ["7", "8"]}},
    "an id": {"data": {"id": 7}},
    "a text of that form": {"data": {"result": "PROG_7"}},
    "a UUID": {"data": {"result": UUID}},
    "at the top": {"orderNo": "7"},
    "at the top, otherwise": {"order": {"orderNo": "7"}, "data": {}},
    "in the message": {"message": "accepted as PROG_ORDER_7"},
    "beside it": {"extra": {"ticket": "ORDER_7"}},
    "in Chinese": {"message": "订单已创建\uff0c订单号\uff1a202310270007"},
    "in a Chinese key": {"订单号": "7"},
    "a number in the dark": {"data": {"orderNo": 7.0}},
    "far inside": {"data": json.loads("[" * 200 + '{"orderNo": "7"}' + "]" * 200)},
    "behind much else": {"data": {**{f"f{n}": "." * 50 for n in range(99)}, "orderNo": "PROG_7"}},
}


@pytest.mark.parametrize("status", [200, *REFUSING, 401, 429])
@pytest.mark.parametrize("body", NAMING.values(), ids=NAMING)
def test_a_refusal_that_names_an_order_anywhere_is_in_doubt_and_keeps_it(
    status: int, body: dict[str, object]
) -> None:
    found = outcome(status, {"code": 400, "message": "no", "data": None, **body})

    assert isinstance(found, InDoubt)
    assert "7" in found.evidence.partition("; HTTP")[0] or UUID in found.evidence


@pytest.mark.parametrize("status", [*REFUSING, 401, 403, 429])
@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b'{"code":400,"message":"no","data":{"orderNo":"PROG_7"}', {}),
        (b'{"code":400,"message":"no","data":{"\\u006frderNo":"7', {}),
        (b'{"orderNo":"PROG_7"}', {}),
        (b'{"data":"PROG_7"}', {}),
        (b'["PROG_7"]', {}),
        (b'{"status":400,"status":200}', {}),
        (b"code=400&orderNo=7", {}),
        (b"<response><order-no>7</order-no></response>", {}),
        ("PROG_ORDER_7".encode("utf-16"), {}),
        (b"\x1f\x8b\x08\x00", {"content-encoding": "gzip"}),
        (UUID.encode(), {}),
        (b"202310270007", {}),
        (b" PROG-7\n", {}),
        (b"<order><no>7</no></order>", {}),
        ("订单号\uff1a202310270007".encode(), {}),
        (b"", {"location": "/market/order/PROG_ORDER_7"}),
        (b'{"code":400,"message":"no","data":null}', {"location": f"/orders/{UUID}"}),
    ],
    ids=count(),
)
def test_a_refusal_in_another_form_that_can_name_an_order_is_in_doubt(
    status: int, body: bytes, headers: dict[str, str]
) -> None:
    assert isinstance(outcome(status, body, headers), InDoubt)


@pytest.mark.parametrize(
    "more",
    [
        {"data": {}}, {"data": []}, {"data": ""}, {"data": 0}, {"data": False},
        {"data": {"a": None}},
        {"data": "startDate lies in the past"}, {"data": {"startDate": "lies in the past"}},
        {"data": {"orderNo": None}}, {"data": {"orderNo": ""}}, {"data": {"orderNo": "0"}},
        {"traceId": UUID}, {"path": "/market/order/programming/create"}, {"timestamp": 1766000000},
        {"message": "ORDER_LIMIT_EXCEEDED"}, {"message": f"Bad order, request {UUID}"},
        {"order": None}, {"data": None, "orderNo": ""},
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("status", [200, 400, 422])
def test_a_refusal_that_names_no_order_stays_one(status: int, more: dict[str, object]) -> None:
    found = outcome(status, {"code": 400, "message": "no", "data": None, **more})

    assert isinstance(found, Rejection)
