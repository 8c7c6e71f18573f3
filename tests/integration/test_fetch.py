"""Photos come from the platforms' hosts, within bounds, over real sockets."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from reunite import rules
from reunite.errors import (
    DefectError,
    PhotoGoneByPageError,
    PhotoNotPermittedByPageError,
    TellUserError,
    TryAgainError,
)
from tests.doubles.photo_host import PHOTO, Host, fetcher, open_host

pytestmark = pytest.mark.untraced

host_fixture = pytest.fixture(open_host, name="host")


@pytest.fixture
async def other() -> AsyncIterator[Host]:
    other = Host()
    async with other.server:
        yield other


async def test_a_photo_comes_as_it_lies_there(host: Host) -> None:
    host.responds("/a.jpg", Content_Type="image/jpeg")
    async with fetcher(host) as fetch:
        assert await fetch.fetch(host.url("/a.jpg"), authorization="Bearer t") == PHOTO
    assert host.authorizations == ["Bearer t"]


async def test_a_redirect_to_the_same_host_keeps_the_authorization(host: Host) -> None:
    host.responds("/a.jpg", 302, Location="/b.jpg")
    host.responds("/b.jpg", Content_Type="image/jpeg")
    async with fetcher(host) as fetch:
        assert await fetch.fetch(host.url("/a.jpg"), authorization="Bearer t") == PHOTO
    assert host.authorizations == ["Bearer t", "Bearer t"]


async def test_a_redirect_to_another_allowed_host_carries_no_token(host: Host, other: Host) -> None:
    host.responds("/a.jpg", 307, Location=other.url("/b.jpg"))
    other.responds("/b.jpg", Content_Type="image/jpeg")
    async with fetcher(host, other) as fetch:
        assert await fetch.fetch(host.url("/a.jpg"), authorization="Bearer t") == PHOTO
    assert other.authorizations == [None]


async def test_a_redirect_elsewhere_is_not_followed(host: Host, other: Host) -> None:
    host.responds("/a.jpg", 302, Location=other.url("/b.jpg"))
    other.responds("/b.jpg")
    async with fetcher(host) as fetch:
        with pytest.raises(DefectError):
            await fetch.fetch(host.url("/a.jpg"))
    assert other.authorizations == []


async def test_redirects_in_a_circle_end(host: Host) -> None:
    host.responds("/a.jpg", 302, Location="/a.jpg")
    async with fetcher(host) as fetch:
        with pytest.raises(DefectError):
            await fetch.fetch(host.url("/a.jpg"))
    assert len(host.authorizations) == 4


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/a.jpg",
        "http://files.slack.com/a.jpg",
        "https://files.slack.com:8443/a.jpg",
        "https://files.slack.com@example.org/a.jpg",
        "https://somebody:secret@files.slack.com/a.jpg",
        "https://files.slack.com.example.org/a.jpg",
        "http://127.0.0.1/a.jpg",
        "file:///etc/passwd",
        "/a.jpg",
        "https://[::1",
    ],
)
async def test_addresses_of_other_hosts_are_refused(host: Host, url: str) -> None:
    async with fetcher(host) as fetch:
        with pytest.raises(DefectError):
            await fetch.fetch(url)


@pytest.mark.parametrize("status", [403, 404, 410])
async def test_a_photo_that_is_gone_is_explained(host: Host, status: int) -> None:
    host.responds("/a.jpg", status)
    async with fetcher(host) as fetch:
        with pytest.raises(TellUserError, match="photo_gone"):
            await fetch.fetch(host.url("/a.jpg"))


@pytest.mark.parametrize(
    ("status", "error"), [(400, TryAgainError), (403, PhotoGoneByPageError), (404, PhotoGoneByPageError)]
)
async def test_a_proxys_page_does_not_decide_about_a_photo(host: Host, status: int, error: type[Exception]) -> None:
    host.responds("/a.jpg", status, body=b"<html>", Content_Type="text/html")
    async with fetcher(host) as fetch:
        with pytest.raises(error):
            await fetch.fetch(host.url("/a.jpg"))


async def test_a_web_page_instead_of_a_photo_is_explained(host: Host) -> None:
    host.responds("/a.jpg", body=b"<html>", Content_Type="text/html; charset=utf-8")
    async with fetcher(host) as fetch:
        with pytest.raises(TellUserError, match="photo_is_web_page"):
            await fetch.fetch(host.url("/a.jpg"))


@pytest.mark.parametrize(("status", "error"), [(200, PhotoNotPermittedByPageError), (302, TellUserError)])
async def test_a_page_for_signing_in_is_the_operators_to_mend(
    host: Host, status: int, error: type[TellUserError]
) -> None:
    sign_in = {"Location": "https://testville.slack.example/?redir=a"} if status == 302 else {}
    host.responds("/a.jpg", status, body=b"<html>", Content_Type="text/html", **sign_in)
    async with fetcher(host) as fetch:
        with capture_logs() as logs, pytest.raises(error, match="photo_not_permitted"):
            await fetch.fetch(host.url("/a.jpg"), authorization="Bearer xoxb-without-files-read")
    assert [(entry["event"], entry["log_level"]) for entry in logs] == [("photo_sign_in", "error")]


async def test_a_refused_token_is_the_operators_to_mend_and_costs_no_photo(host: Host) -> None:
    host.responds("/a.jpg", 401)
    async with fetcher(host) as fetch:
        with capture_logs() as logs, pytest.raises(TryAgainError):
            await fetch.fetch(host.url("/a.jpg"), authorization="Bearer old")
    assert [(entry["event"], entry["log_level"]) for entry in logs] == [("photo_token_refused", "error")]


async def test_a_photo_over_the_cap_is_refused_by_its_announced_length(host: Host) -> None:
    host.responds("/a.jpg", body=bytes(rules.MAX_PHOTO_BYTES + 1), Content_Type="image/jpeg")
    async with fetcher(host) as fetch:
        with pytest.raises(TellUserError, match="photo_too_large"):
            await fetch.fetch(host.url("/a.jpg"))


async def test_a_photo_of_unknown_length_is_cut_off_at_the_cap(host: Host) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "image/jpeg"})
        await response.prepare(request)
        while True:
            await response.write(bytes(2**20))

    host.answers["/a.jpg"] = endless
    async with fetcher(host) as fetch:
        with pytest.raises(TellUserError, match="photo_too_large"):
            await fetch.fetch(host.url("/a.jpg"))
