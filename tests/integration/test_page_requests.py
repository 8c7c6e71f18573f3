"""The page refuses malformed requests and other sites' requests, and says so with a 4xx."""

import json
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import FormData

from reunite.handlers import Handlers
from reunite.language import sentence
from reunite.messages.reply import Reply
from tests.support.page_client import ADA, UMBRELLA_FOUND, UMBRELLA_LOST, Page, opened_page

pytestmark = pytest.mark.untraced

JSON_PATHS = (
    "/verdicts",
    "/answers",
    "/withdrawals",
    "/edits",
    "/my-reports",
    "/statistics",
    "/privacy",
    "/forgetting",
    "/board",
    "/help",
)
WRONG: tuple[Any, ...] = (None, True, 0, -1, 1.5, 2**63, 10**400, "", "x", "\0", "\ud800", [], {}, [[]], {"a": 1})


page_fixture = pytest.fixture(opened_page, name="page")


async def status(page: Page, path: str, **options: Any) -> int:
    async with page.http.post(path, **options) as response:
        return response.status


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"7", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"message": 1' + b"0" * 5000 + b"}", b"null"],
)
async def test_what_is_no_json_object_is_a_bad_request(page: Page, body: bytes) -> None:
    for path in JSON_PATHS:
        assert await status(page, path, data=body, headers={"Content-Type": "application/json"}) == 400


async def test_an_unknown_charset_and_another_type_are_refused(page: Page) -> None:
    for path in JSON_PATHS:
        for content_type in ("application/json; charset=klingon", "text/plain"):
            assert await status(page, path, data=b"{}", headers={"Content-Type": content_type}) == 415


async def test_no_field_of_any_type_is_our_fault(page: Page) -> None:
    _, posted = await page.post(UMBRELLA_LOST)
    right = {"message": posted["message"], "name": ADA, "text": "x", "kind": "confirm", "choice": "0", "moderator": 1}
    for path in JSON_PATHS[:-1]:  # the last takes no field
        for field in right:
            for value in WRONG:
                response = {**right, field: value}
                answer = await status(page, path, json=response)
                assert answer < 500, (path, field, value)


async def test_a_defect_is_not_said_to_be_a_failed_search(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object, **__: object) -> Reply:
        raise ZeroDivisionError

    monkeypatch.setattr(Handlers, "statistics", broken)
    async with page.http.post("/statistics", json={"moderator": True}) as answer:
        assert (answer.status, (await answer.json())["error"]) == (500, sentence("went_wrong"))


@pytest.mark.parametrize("at", ["x", "0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00", "0001-01-01", "\0", "9" * 400])
async def test_a_time_that_cannot_be_kept_is_a_bad_request(page: Page, at: str) -> None:
    answer, _ = await page.post({**UMBRELLA_LOST, "at": at})
    assert answer == (201 if at == "\0" else 400)


async def test_nul_and_bad_ids_in_forms(page: Page) -> None:
    assert (await page.post({**UMBRELLA_FOUND, "text": "a\0b", "place": "\0", "name": "B\0en"}))[0] == 201
    assert (await page.post({**UMBRELLA_FOUND, "name": "\0"}))[0] == 400
    assert (await page.post(UMBRELLA_FOUND, post_id="\0" * 9))[0] == 400
    for subject in ("", "x", "\0", "0" * 33, str(uuid4())):
        for channel in ("found", "\0", ""):
            button = {"action": "withdraw", "subject": subject}
            answer, _ = await page.press(button, name=ADA, channel=channel, words="\0")
            assert answer == (422 if len(subject) == 36 else 400)
    assert (await page.post({**UMBRELLA_FOUND, "text": "x" * 2**22}))[0] == 413
    async with page.http.get("/photos/0") as response:
        assert response.status == 404
    for name in ("", "%00", "%ff"):
        async with page.http.get(f"/export?name={name}") as response:
            assert response.status in {200, 400}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=a", b""),
        ("multipart/form-data; boundary=a", b"x"),
        ("multipart/form-data; boundary=a", b"--a\r\n\r\nx"),
        ("multipart/form-data; boundary=a", b'--a\r\nContent-Disposition: form-data; name="id"\r\n\r\nx'),
        ("multipart/form-data; boundary=a", b"--a\r\nno header\r\n\r\nx\r\n--a--\r\n"),
        ("multipart/form-data; boundary=" + "a" * 99, b"x"),
        (
            "multipart/form-data; boundary=a",
            b"--a\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b--\r\n--a--\r\n",
        ),
    ],
)
async def test_a_malformed_form_is_a_bad_request(page: Page, kind: str, body: bytes) -> None:
    for path in ("/posts", "/presses"):
        assert await status(page, path, data=body, headers={"Content-Type": kind}) == 400


async def test_a_form_of_countless_fields_is_refused(page: Page) -> None:
    form = FormData({f"f{number}": "x" for number in range(500)}, default_to_multipart=True)
    assert await status(page, "/posts", data=form) == 400


# Other sites


async def test_only_this_machines_names_with_the_pages_own_port_are_answered(page: Page) -> None:
    port = int(page.platform.url.rsplit(":", 1)[1])
    for host in (f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}", f"LOCALHOST:{port}"):
        async with page.http.get("/", headers={"Host": host}) as response:
            assert response.status == 200, host
    forged = (
        *("evil.example", f"evil.example:{port}", f"127.0.0.1.evil.example:{port}", f"localhost.:{port}", "[::1"),
        *("127.0.0.1", "localhost:1", f"localhost:{port + 1}", "localhost:99999", "localhost:x", f"0.0.0.0:{port}"),
    )
    for host in forged:
        async with page.http.get("/", headers={"Host": host}) as response:
            assert response.status in {400, 421}, host


async def test_another_sites_request_is_refused_whatever_it_asks(page: Page) -> None:
    own = page.platform.url
    foreign = (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Origin": own.replace("http:", "https:")},
        {"Origin": f"{own}.evil.example"},
        {"Origin": own.replace("127.0.0.1", "localhost")},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": own, "Sec-Fetch-Site": "same-site"},
    )
    for headers in foreign:
        for path in (*JSON_PATHS, "/posts", "/presses"):
            body = json.dumps({"name": ADA}).encode()
            sent = {**headers, "Content-Type": "application/json"}
            assert await status(page, path, data=body, headers=sent) == 403, (path, headers)
        async with page.http.get("/live", headers={**headers, "Upgrade": "websocket"}) as response:
            assert response.status == 403
    same = {"Origin": own, "Sec-Fetch-Site": "same-origin"}
    assert await status(page, "/my-reports", json={"name": ADA}, headers=same) == 200


async def test_every_answer_has_the_strict_headers(page: Page) -> None:
    paths = ("/", "/static/app.js", "/nowhere", "/photos/x", "/export?name=Ada")
    hosts: tuple[dict[str, str], ...] = ({}, {"Host": "evil.example"})
    for path in paths:
        for headers in hosts:
            async with page.http.get(path, headers=headers) as response:
                policy = response.headers["Content-Security-Policy"]
                assert "default-src 'none'" in policy
                assert "frame-ancestors 'none'" in policy
                assert "unsafe" not in policy
                assert response.headers["X-Content-Type-Options"] == "nosniff"
                assert response.headers["Referrer-Policy"] == "no-referrer"


async def test_browsers_may_give_an_empty_page_its_language_until_one_is_chosen(page: Page) -> None:
    async def is_new() -> bool:
        async with page.http.get("/texts") as response:
            return bool((await response.json())["isNew"])

    assert [await is_new(), await is_new()] == [True, True]  # a health check may have asked first
    for language in ("de", "en"):
        async with page.http.post("/language", json={"language": language}) as response:
            assert response.status == 200
        assert not await is_new()
