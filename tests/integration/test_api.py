"""The HTTP API finds what chat finds, and shows each token what it may see."""

import asyncio
from uuid import UUID

import pytest
from PIL import Image
from structlog.testing import capture_logs

from api.client import Client
from db.api_tokens import ApiTokens
from reunite.commands import JoinWorkspace
from reunite.entities import ReportState, VerdictKind
from tests.support.api import Api, api_with_a_worker, encoded, opened, serving_api
from tests.support.photo_files import saved
from tests.support.pictures import drawing
from tests.support.waiting import eventually

pytestmark = pytest.mark.untraced


api_fixture = pytest.fixture(api_with_a_worker, name="api")


async def test_words_find_a_photo_that_was_posted_in_chat(api: Api) -> None:
    found = await api.world.found("f1", "red", "by the tram")
    await api.world.found("f2", "blue")
    await api.settled()
    status, answer = await api.ask("POST", "/v1/search", {"text": "a red thing", "top_k": 1}, by="reader")
    assert status == 200
    [best] = answer["results"]
    assert best["item"]["id"] == str(found.id)
    assert (answer["searched"], best["item"]["text"]) == (2, "by the tram")
    assert "author" not in best["item"]
    path = f"/v1/photos/{best['photo']}"
    status, picture = await api.ask("GET", path, by="reader")
    assert status == 200
    assert picture.startswith(b"\xff\xd8")
    kept = {"If-None-Match": f'"{best["photo"]}"'}
    assert await api.ask("GET", path, by="reader", headers=kept) == (304, b"")
    async with api.world.store.session(api.world.workspace.community) as session:
        await session._do("UPDATE report SET sealed = true WHERE id = %(id)s", id=found.id)
    assert (await api.ask("GET", path, by="reader", headers=kept))[0] == 404, "they may no longer see it"


async def test_a_photo_finds_words(api: Api) -> None:
    lost = await api.world.lost("l1", "my green umbrella")
    await api.world.lost("l2", "yellow scarf")
    await api.settled()
    for photo in (encoded("green"), f"data:image/jpeg;base64,{encoded('green')}"):
        _, answer = await api.ask("POST", "/v1/search", {"photo": photo, "among": "lost"})
        assert answer["results"][0]["item"]["id"] == str(lost.id)
    status, answer = await api.form("/v1/search", {"among": "lost", "top_k": "1"}, drawing("green"), name="photo")
    assert (status, [result["item"]["id"] for result in answer["results"]]) == (200, [str(lost.id)])


async def test_a_program_finds_what_neither_words_nor_a_photo_name(api: Api) -> None:
    """It has no finder who could be asked what it is, so nothing else would show it."""
    item = await api.post("found", "Item 12")
    await api.settled()
    _, answer = await api.ask("POST", "/v1/search", {"text": "my green umbrella"})
    assert [result["item"]["id"] for result in answer["results"]] == [item]


async def test_an_item_is_logged_with_its_report(api: Api) -> None:
    with capture_logs() as logged:
        posted = await api.post("lost", "my keys")
    assert [entry["report"] for entry in logged if entry["event"] == "report_taken"] == [posted]


async def test_a_search_leaves_nothing_behind(api: Api) -> None:
    await api.world.found("f1", "red")
    await api.settled()
    await api.ask("POST", "/v1/search", {"text": "a red thing", "photo": encoded("red")})
    async with api.world.store.session(api.world.workspace.community) as session:
        left = await session._one(
            """SELECT (SELECT count(*) FROM report) AS reports, (SELECT count(*) FROM photo) AS photos,
                      (SELECT count(*) FROM work) AS work, (SELECT count(*) FROM embedding_request) AS requests"""
        )
    assert left == {"reports": 1, "photos": 1, "work": 1, "requests": 0}


async def test_similar_photos_leave_the_item_itself_out(api: Api) -> None:
    first = await api.post("found", "one", "red")
    second = await api.post("found", "another", "red")
    third = await api.post("found", "a third", "blue")
    _, answer = await api.ask("GET", f"/v1/items/{first}/similar")
    assert [result["item"]["id"] for result in answer["results"]] == [second, third]
    assert answer["results"][0]["similarity"] > answer["results"][1]["similarity"]
    _, answer = await api.ask("GET", f"/v1/items/{first}/similar?top_k=1")
    assert len(answer["results"]) == 1


async def test_each_text_is_compared_with_each_photo(api: Api) -> None:
    body = {"texts": ["red", "blue"], "photos": [encoded("red"), encoded("blue"), encoded("green")]}
    status, answer = await api.ask("POST", "/v1/similarity", body)
    assert (status, answer["model"]) == (200, "colours-1")
    [red, blue] = answer["similarities"]
    assert len(red) == len(blue) == 3
    assert red[0] > max(red[1:])
    assert blue[1] > max(blue[0], blue[2])


async def test_an_item_of_the_api_is_matched_with_one_from_chat_and_confirmed_there(api: Api) -> None:
    found = await api.post("found", "a red thing at the tram", "red", place="tram")
    await api.post("found", "nothing much", "blue")
    await api.world.lost("l1", "my red thing")
    await api.settled()
    await api.world.wait_until_idle()
    _, answer = await api.ask("GET", f"/v1/items/{found}/matches")
    [match] = [match for match in answer["matches"] if match["item"]["text"] == "my red thing"]
    assert match["state"] == "undecided"
    await api.world.wait_for_reply("l1", "match")
    await api.world.give_verdict("l1", VerdictKind.CONFIRM)
    _, item = await api.ask("GET", f"/v1/items/{found}")
    assert item["state"] == "returned"


async def test_an_item_is_posted_by_form_and_once_for_each_key(api: Api) -> None:
    fields = {"kind": "found", "text": "two views", "happened_at": "2026-11-20T12:00:00+00:00"}
    status, posted = await api.form(
        "/v1/items", fields, drawing("red"), saved(Image.new("RGB", (240, 240), (12, 10, 14)), "JPEG")
    )
    assert (status, posted["created"]) == (201, True)
    await api.settled()
    _, item = await api.ask("GET", f"/v1/items/{posted['id']}")
    photos = [(photo["state"], photo["problem"], photo["flaw"]) for photo in item["photos"]]
    assert photos == [("stored", None, None), ("stored", None, "photo_dark")]
    body = {"kind": "lost", "text": "once"}
    answers = [await api.ask("POST", "/v1/items", body, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert [status for status, _ in answers] == [201, 200]
    assert answers[0][1]["id"] == answers[1][1]["id"]
    first, second = posted["id"], answers[0][1]["id"]
    for query, shown, following in (("", [second, first], None), ("?limit=1", [second], second)):
        _, page = await api.ask("GET", f"/v1/items{query}")
        assert ([each["id"] for each in page["items"]], page["next"]) == (shown, following)
    _, page = await api.ask("GET", f"/v1/items?limit=1&before={second}")
    assert ([each["id"] for each in page["items"]], page["next"]) == ([first], None)
    async with Client(api.url, api.secrets["all"]) as client:
        assert [str(each.id) async for each in client.items()] == [second, first]
    assert (await api.ask("GET", "/v1/items", by="moderator"))[1]["items"] == []
    status, problem = await api.ask("GET", f"/v1/items?before={second}", by="moderator")
    assert (status, problem["detail"]) == (404, "before must be an item that this token has posted.")
    assert (await api.ask("DELETE", f"/v1/items/{second}"))[0] == 204
    for query in ("", f"?before={second}"):
        assert [each["id"] for each in (await api.ask("GET", f"/v1/items{query}"))[1]["items"]] == [first]


async def test_many_items_are_a_job_that_says_how_far_it_is(api: Api) -> None:
    items = [{"kind": "found", "photos": [encoded(colour)]} for colour in ("red", "blue")]
    items += [{"kind": "lost", "text": "a red thing"}, {"kind": "found", "photos": ["no base64!"]}]
    status, started = await api.ask("POST", "/v1/jobs", {"items": items}, headers={"Idempotency-Key": "j"})
    assert (status, started["total"]) == (202, 4)
    assert [item["position"] for item in started["refused"]] == [3]
    _, again = await api.ask("POST", "/v1/jobs", {"items": items}, headers={"Idempotency-Key": "j"})
    assert (again["id"], again["items"]) == (started["id"], started["items"])
    seen = {by: (await api.ask("GET", f"/v1/jobs/{started['id']}", by=by))[0] for by in ("all", "writer", "moderator")}
    assert seen == {"all": 200, "writer": 404, "moderator": 200}
    single = {"kind": "lost", "text": "a scarf", "private": True}
    _, posted = await api.ask("POST", "/v1/items", single, headers={"Idempotency-Key": "j:0"})
    assert posted["created"], "a job's items have keys of their own"

    async def job() -> dict[str, object]:
        _, found = await api.ask("GET", f"/v1/jobs/{started['id']}")
        return dict(found)

    done = await eventually(job, holds=lambda found: found["state"] == "done")
    assert {name: done[name] for name in ("done", "waiting", "failed")} == {"done": 3, "waiting": 0, "failed": 0}
    _, stats = await api.ask("GET", "/v1/stats")
    assert {name: stats[name] for name in ("photos", "texts", "open_lost", "open_found", "returned")} == {
        "photos": 2,
        "texts": 1,
        "open_lost": 1,
        "open_found": 2,
        "returned": 0,
    }
    assert (stats["model"], stats["dimensions"]) == ("colours-1", {"shared": 6})


async def test_sealed_and_private_reports_are_for_moderators_and_their_own_token(api: Api) -> None:
    sealed = await api.post("found", "a red ID card", "red", sealed=True, category="id", by="moderator")
    private = await api.post("lost", "a red diary", private=True, by="moderator")
    for body in ({"text": "red"}, {"photo": encoded("red"), "among": "lost"}):
        _, seen = await api.ask("POST", "/v1/search", body, by="reader")
        assert (seen["results"], seen["searched"]) == ([], 0)
        _, seen = await api.ask("POST", "/v1/search", body, by="moderator")
        assert [result["item"]["id"] for result in seen["results"]] == [private if "among" in body else sealed]
    for item in (sealed, private):
        assert (await api.ask("GET", f"/v1/items/{item}", by="reader"))[0] == 404
        assert (await api.ask("GET", f"/v1/items/{item}/matches", by="all"))[0] == 404
        assert (await api.ask("GET", f"/v1/items/{item}", by="moderator"))[0] == 200
    _, shown = await api.ask("GET", f"/v1/items/{sealed}", by="moderator")
    assert (await api.ask("GET", shown["photos"][0]["url"], by="reader"))[0] == 404
    own = await api.post("found", "a blue ID card", "blue", sealed=True, category="id")
    assert (await api.ask("GET", f"/v1/items/{own}"))[0] == 200
    public = await api.post("found", "a pencil", "red")
    _, similar = await api.ask("GET", f"/v1/items/{public}/similar", by="reader")
    assert similar["results"] == []
    _, stats = await api.ask("GET", "/v1/stats", by="reader")
    assert (stats["open_found"], stats["open_lost"], stats["photos"]) == (1, 0, 1)
    async with api.world.store.session(api.world.workspace.community) as session:
        await session.reports.set_state(UUID(sealed), ReportState.RETURNED)
    for by, returned in (("reader", 0), ("moderator", 1)):
        assert (await api.ask("GET", "/v1/stats", by=by))[1]["returned"] == returned


async def test_a_strangers_token_sees_nothing(api: Api) -> None:
    item = await api.post("found", "a red thing", "red")
    other = await api.world.handlers.join(JoinWorkspace("web", "elsewhere", "Elsewhere"))
    tokens = ApiTokens(api.world.store)
    api.secrets["stranger"] = await tokens.create(other.community, "s", ["read", "write", "moderate"], None)
    for method, path in (("GET", ""), ("GET", "/matches"), ("GET", "/similar"), ("DELETE", "")):
        assert (await api.ask(method, f"/v1/items/{item}{path}", by="stranger"))[0] == 404
    _, answer = await api.ask("POST", "/v1/search", {"text": "red"}, by="stranger")
    assert (answer["results"], answer["searched"]) == ([], 0)


async def test_what_somebody_only_looks_for_is_shown_to_no_token(api: Api) -> None:
    found = await api.post("found", "a red thing", "red")
    look = await api.world.lost("l1", "my secret red thing")
    await api.settled()
    async with api.world.store.session(api.world.workspace.community) as session:
        assert await session.matches.of(look.id)
        await session.reports.set_state(look.id, ReportState.LOOK)
    _, answer = await api.ask("GET", f"/v1/items/{found}/matches", by="moderator")
    assert answer["matches"] == []
    for path in ("", "/matches", "/similar"):
        assert (await api.ask("GET", f"/v1/items/{look.id}{path}", by="moderator"))[0] == 404
    _, stats = await api.ask("GET", "/v1/stats", by="moderator")
    assert (stats["texts"], stats["open_lost"]) == (1, 0)


async def test_withdrawn_items_are_gone(api: Api) -> None:
    item = await api.post("found", "a red thing", "red")
    await api.world.found("f1", "red")
    await api.settled()
    assert (await api.ask("DELETE", f"/v1/items/{item}", by="reader"))[0] == 403
    assert (await api.ask("DELETE", f"/v1/items/{item}"))[0] == 204
    assert (await api.ask("GET", f"/v1/items/{item}"))[0] == 404
    _, answer = await api.ask("POST", "/v1/search", {"text": "red"})
    assert item not in [result["item"]["id"] for result in answer["results"]]


REFUSALS: tuple[tuple[str, str, dict[str, object] | None, int], ...] = (
    ("POST", "/v1/search", {}, 422),
    ("POST", "/v1/search", {"text": "red", "top_k": 101}, 422),
    ("POST", "/v1/search", {"text": "red", "colour": "red"}, 422),
    ("POST", "/v1/search", {"photo": "aGVsbG8="}, 422),
    ("POST", "/v1/items", {"kind": "lost"}, 422),
    ("POST", "/v1/items", {"kind": "lost", "text": "a", "sealed": True}, 422),
    ("POST", "/v1/items", {"kind": "found", "photos": ["https://example.org/a.jpg"]}, 422),
    ("POST", "/v1/items", {"kind": "found", "photos": ["http://169.254.169.254/"]}, 422),
    ("GET", "/v1/items/none/similar?top_k=0", None, 422),
    ("GET", "/v1/items?before=none", None, 422),
    ("GET", "/v1/items?top_k=5", None, 422),
    ("GET", "/v1/items/none", None, 404),
    ("GET", "/v1/items/00000000-0000-0000-0000-000000000000", None, 404),
    ("GET", "/v1/nothing", None, 404),
    ("PUT", "/v1/search", None, 405),
)


async def test_refusals_are_problem_details(api: Api) -> None:
    for method, path, body, status in REFUSALS:
        got, problem = await api.ask(method, path, body)
        assert (got, problem["status"]) == (status, status), (path, body, problem)
        assert problem["detail"].endswith("."), problem


async def test_without_a_valid_token_nothing_is_revealed(api: Api) -> None:
    api.secrets["wrong"] = "reunite_wrong"
    assert (await api.ask("GET", "/v1/stats", by="wrong"))[0] == 401
    async with api.http.get(f"{api.url}/v1/stats") as response:
        assert (response.status, response.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert (await api.ask("POST", "/v1/items", {"kind": "lost", "text": "a"}, by="reader"))[0] == 403


async def test_too_many_requests_get_retry_after(database_url: str, redis_url: str) -> None:
    async with opened(database_url, redis_url, requests_per_minute=2) as api:
        statuses = [(await api.ask("GET", "/v1/stats"))[0] for _ in range(3)]
        assert statuses == [200, 200, 429]
        assert (await api.ask("GET", "/v1/stats", by="reader"))[0] == 200


async def test_without_a_worker_a_search_says_so(api: Api, database_url: str, redis_url: str) -> None:
    async with serving_api(database_url, redis_url, patience=0.001) as url:
        api.url = url
        status, problem = await api.ask("POST", "/v1/search", {"text": "red"})
    assert status == 503
    assert "worker" in problem["detail"]


async def test_health_needs_no_token(api: Api) -> None:
    for path in ("/healthz", "/readyz"):
        async with api.http.get(api.url + path) as response:
            assert (response.status, (await response.json())["status"]) == (200, "ok")


async def test_searches_at_once_are_all_answered(api: Api) -> None:
    await api.post("found", "a red thing", "red")
    answers = await asyncio.gather(*(api.ask("POST", "/v1/search", {"text": "red"}) for _ in range(20)))
    assert {status for status, _ in answers} == {200}


async def test_tokens_and_items_move_with_a_linked_community(api: Api) -> None:
    item = await api.post("found", "a red thing", "red")
    other = await api.world.handlers.join(JoinWorkspace("web", "elsewhere", "Elsewhere"))
    await api.world.handlers.link("web", api.world.name, await api.world.handlers.link_code("web", "elsewhere"))
    token = await ApiTokens(api.world.store).find(api.secrets["all"])
    assert token
    assert token.community == other.community
    assert (await api.ask("GET", f"/v1/items/{item}"))[0] == 200
    status, posted = await api.ask("POST", "/v1/items", {"kind": "lost", "text": "a red thing"})
    assert (status, posted["created"]) == (201, True)
