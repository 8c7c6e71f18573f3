"""Signing in at the board: links, sessions, and what ends them."""

from dataclasses import replace
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet

from db.keys import Keys
from reunite.commands import ChangeSettings, JoinWorkspace, ReportFound
from reunite.entities import Account
from reunite.errors import TellUserError
from reunite.handlers import Handlers
from tests.support.board import (
    ADA,
    ROBIN,
    Browser,
    Community,
    browsing,
    community_with_a_board,
    moderator_at_the_board,
    open_community,
)
from tests.support.queues import NoQueue

pytestmark = pytest.mark.untraced

robin_fixture = pytest.fixture(moderator_at_the_board, name="robin")
community_fixture = pytest.fixture(community_with_a_board, name="community")


async def test_a_link_signs_in_once(community: Community) -> None:
    link = await community.link()
    async with browsing(community.url) as first, browsing(community.url) as second:
        for _ in range(2):  # a program that looks at links uses up none
            status, words = await second.get(link.removeprefix(community.url))
            assert (status, "Sign in" in words) == (200, True)
        status, words = await first.sign_in(link)
        assert (status, "Robin" in words) == (200, True)
        status, words = await second.sign_in(link)
        assert (status, "was used before" in words) == (403, True)
        assert (await second.get("/"))[0] == 401


async def test_a_member_gets_no_link(community: Community) -> None:
    with pytest.raises(TellUserError, match="only_moderators_here"):
        await community.link(ADA, is_moderator=False)


async def test_without_a_board_there_is_no_link(community: Community) -> None:
    handlers = Handlers(community.store, NoQueue())
    with pytest.raises(TellUserError, match="board_off"):
        await handlers.board.link("web", "here", ROBIN, is_moderator=True)


async def test_a_new_link_replaces_an_unused_one(community: Community) -> None:
    old, new = await community.link(), await community.link()
    async with browsing(community.url) as robin:
        assert (await robin.sign_in(old))[0] == 403
        assert (await robin.sign_in(new))[0] == 200


async def test_links_and_sessions_end(community: Community, robin: Browser) -> None:
    link, community_id = await community.link(), community.workspace.community
    async with community.store.session(community_id) as session:
        await session._do("UPDATE board_session SET created_at = created_at - interval '10 minutes'")
    async with browsing(community.url) as late:
        assert (await late.sign_in(link))[0] == 403
    assert (await robin.get("/"))[0] == 200
    async with community.store.session(community_id) as session:
        await session._do("UPDATE board_session SET began_at = began_at - interval '12 hours'")
    assert (await robin.get("/"))[0] == 401


async def test_only_the_links_hash_is_kept(community: Community) -> None:
    secret = (await community.link()).partition("link=")[2]
    async with community.store.session(community.workspace.community) as session:
        row = await session._one("SELECT * FROM board_session")
    assert secret not in str(row)
    assert len(secret) >= 43


async def test_signing_out_ends_the_session_wherever_the_cookie_was_copied(
    community: Community, robin: Browser
) -> None:
    async with browsing(community.url) as copy:
        copy.http.cookie_jar.update_cookies({cookie.key: cookie.value for cookie in robin.http.cookie_jar})
        assert (await copy.get("/"))[0] == 200
        assert (await robin.post("/sign-out"))[0] == 200
        assert (await copy.get("/"))[0] == 401
    assert (await robin.get("/"))[0] == 401


async def test_the_cookie_is_kept_from_scripts_and_other_sites(community: Community) -> None:
    async with browsing(community.url) as robin:
        fields = {"link": (await community.link()).partition("link=")[2]}
        origin = {"Origin": community.url}
        async with robin.http.post(
            f"{community.url}/sign-in", data=fields, headers=origin, allow_redirects=False
        ) as answer:
            cookie = answer.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"} <= set(cookie.split("; "))
    assert "robin" not in cookie.lower().partition(";")[0].partition("=")[2]


async def test_a_tampered_cookie_opens_nothing(community: Community, robin: Browser) -> None:
    [cookie] = list(robin.http.cookie_jar)
    async with community.store.session(community.workspace.community) as session:
        row = await session._one("SELECT id FROM board_session")
    open_session = f"board {(row or {})['id']} token"
    values = {
        "plain": open_session,
        "another key": Keys([Fernet.generate_key().decode()]).encrypt(open_session),
        "cut": cookie.value[:-2],
        "not ASCII": f"é{open_session}",
        "another purpose": community.store.keys.encrypt(open_session.replace("board", "claim")),
        "no session": community.store.keys.encrypt(f"board {uuid4()} token"),
    }
    for kind, value in values.items():
        async with browsing(community.url) as eve:
            eve.http.cookie_jar.update_cookies({cookie.key: value})
            assert (await eve.get("/"))[0] == 401, kind


async def test_who_deletes_their_data_is_signed_out(community: Community, robin: Browser) -> None:
    async with community.store.session(community.workspace.community) as session:
        await session.deletion.forget_moderator(community.workspace.account(ROBIN))
    assert (await robin.get("/"))[0] == 401


async def test_another_with_the_same_id_in_a_linked_workspace_stays_signed_in(
    community: Community, robin: Browser
) -> None:
    await community.handlers.join(JoinWorkspace("webhook", "there", "there"))
    code = await community.handlers.link_code("web", "here")
    await community.handlers.link("webhook", "there", code)
    async with community.store.session(community.workspace.community) as session:
        for others in (Account("webhook", "there", ROBIN.id), Account("web", "there", ROBIN.id)):
            await session.deletion.forget_moderator(others)
    assert (await robin.get("/"))[0] == 200


async def test_a_change_of_the_moderators_signs_everyone_out(community: Community, robin: Browser) -> None:
    settings = await community.handlers.settings("web", "here")
    for changed, status in ((replace(settings, language="de"), 200), (replace(settings, moderators=("sam",)), 401)):
        await community.handlers.set_up(ChangeSettings(platform="web", workspace="here", settings=changed))
        assert (await robin.get("/"))[0] == status


async def test_a_session_moves_with_its_workspace(community: Community, robin: Browser) -> None:
    async with open_community(community.store, community.url, "there") as there:
        await there.report(ReportFound, "a blue mug")
        await community.handlers.link("web", "here", await there.handlers.link_code("web", "there"))
        assert "a blue mug" in (await robin.get("/"))[1]
        await community.handlers.unlink("web", "here")
        status, words = await robin.get("/")
        assert (status, "a blue mug" in words) == (200, False)
        await community.handlers.leave("web", "here")
    assert (await robin.get("/"))[0] == 401
