"""Requests that no client means to send: the API refuses each as a problem, the board in words, and both go on."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import pytest

from tests.support.api import opened
from tests.support.board import Community, community_with_a_board
from tests.support.raw_requests import RawAnswer, send_raw

community_fixture = pytest.fixture(community_with_a_board, name="community")

UNREADABLE: Final[Mapping[str, tuple[str, bytes]]] = {
    "TLS": ("\x16\x03\x01\x02\x00\x01\x00", b""),
    "a method with odd characters": ("G@T / HTTP/1.1\r\nHost: {host}", b""),
    "a header without a colon": ("GET / HTTP/1.1\r\nHost: {host}\r\nno colon", b""),
    "a long header": ("GET / HTTP/1.1\r\nHost: {host}\r\nX: " + "x" * 20_000, b""),
    "a long address": ("GET /" + "x" * 20_000 + " HTTP/1.1\r\nHost: {host}", b""),
    "many headers": ("GET / HTTP/1.1\r\nHost: {host}" + "".join(f"\r\nX-{number}: y" for number in range(500)), b""),
    "two lengths": ("POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 2\r\nContent-Length: 3", b"{} "),
    "a length and chunks": (
        "POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 2\r\nTransfer-Encoding: chunked",
        b"0\r\n\r\n",
    ),
    "a malformed chunk": ("POST / HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked", b"zz\r\n{}\r\n0\r\n\r\n"),
    "HTTP/2": ("PRI * HTTP/2.0", b"SM\r\n\r\n"),
}
TO_THE_API: Final = "POST /v1/items HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n"
REFUSED: Final[Mapping[str, tuple[int, str, bytes]]] = {
    "another expectation": (417, "Expect: tea\r\nContent-Length: 2", b"{}"),
    "a body that isn't compressed": (
        400,
        "Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 2",
        b"{}",
    ),
    "a body too large to be sent": (413, "Content-Type: application/json\r\nContent-Length: 99999999999", b"{}"),
    "a form too large to be sent": (
        413,
        "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 99999999999",
        b"--x\r\n",
    ),
    "no content type": (415, "Content-Length: 2", b"{}"),
    "an odd content type": (415, "Content-Type: ;;/\r\nContent-Length: 2", b"{}"),
    "bytes that are no UTF-8": (400, "Content-Type: application/json\r\nContent-Length: 4", b'"\xff\xfe"'),
    "a form without a boundary": (400, "Content-Type: multipart/form-data\r\nContent-Length: 2", b"{}"),
    "arrays in arrays": (400, "Content-Type: application/json\r\nContent-Length: 100000", b"[" * 100_000),
}


def in_full(head: str, url: str, token: str = "") -> bytes:
    return head.replace("{host}", urlsplit(url).netloc).replace("{token}", token).encode("latin-1")


def is_problem(answer: RawAnswer) -> bool:
    is_said = f'"status": {answer.status}, "detail": "' in answer.body
    return is_said and answer.headers["content-type"].startswith("application/problem+json")


async def test_the_api_answers_what_it_can_not_read_as_a_problem(database_url: str, redis_url: str) -> None:
    async with opened(database_url, redis_url) as api:
        for what, (head, body) in UNREADABLE.items():
            answer = await send_raw(api.url, in_full(head, api.url), body)
            assert (answer.status, is_problem(answer)) == (400, True), (what, answer)
            assert answer.headers["x-content-type-options"] == "nosniff", what
        for what, (status, head, body) in REFUSED.items():
            answer = await send_raw(api.url, in_full(TO_THE_API + head, api.url, api.secrets["all"]), body)
            assert (answer.status, is_problem(answer)) == (status, True), (what, answer)
        assert (await api.ask("GET", "/v1/stats"))[0] == 200


async def test_the_board_answers_what_it_can_not_read_with_a_page(community: Community) -> None:
    for what, (head, body) in UNREADABLE.items():
        answer = await send_raw(community.url, in_full(head, community.url), body)
        assert (answer.status, "couldn&#39;t read" in answer.body) == (400, True), (what, answer)
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], what
    expecting = "GET / HTTP/1.1\r\nHost: {host}\r\nAccept-Language: de\r\nExpect: tea"
    answer = await send_raw(community.url, in_full(expecting, community.url))
    assert (answer.status, '<html lang="de"' in answer.body) == (417, True), answer
