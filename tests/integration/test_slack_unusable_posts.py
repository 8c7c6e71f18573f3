"""Posts on Slack that seem to bring a photo and bring none that can be used: their authors hear what helps, once."""

from datetime import UTC, datetime, timedelta

import pytest

from db.store import Store
from reunite.language import sentence
from tests.doubles.slack import TEAM, SlackDouble
from tests.support.keys import KEYS
from tests.support.slack_adapter import JPEG, World, connected_world, running_slack, world_on

world_fixture = pytest.fixture(connected_world, name="world")
slack_fixture = pytest.fixture(running_slack, name="slack")


@pytest.mark.parametrize(
    ("type_", "name", "filetype"),
    [
        ("application/octet-stream", "keys.dng", "binary"),
        ("application/octet-stream", "keys", "dng"),
        (None, "k.CR2", ""),
    ],
)
async def test_a_cameras_raw_picture_is_answered_with_what_can_be_read(
    world: World, type_: str | None, name: str, filetype: str
) -> None:
    stored = world.slack.api.files.add(world.ada, name, b"raw")
    raw = {**stored, "mimetype": type_, "filetype": filetype, "is_external": type_ is None}  # so it isn't looked up
    post = world.slack.post(world.found, world.ada, "found keys", files=[raw])
    await world.slack.wait_for_reply(world.found, post, sentence("photo_not_an_image", name=name))
    await world.slack.settle()
    assert await world.reports() == []


@pytest.mark.parametrize(
    "words",
    [
        "<https://pictures.example/hat.JPG>",
        "the hat: <https://pictures.example/a/hat.png?size=2|pictures.example/a/hat>",
        "<https://testville.slack.com/files/U0ADA/F0HAT/hat.heic|hat.heic>",
    ],
)
async def test_a_link_to_a_photo_is_answered_once(world: World, words: str) -> None:
    ts = world.slack.post(world.found, world.ada, words)
    await world.slack.wait_for_reply(world.found, ts, sentence("photo_only_linked"))
    world.slack.edit(world.found, ts, f"{words} really")
    elsewhere = world.slack.post(world.general, world.ada, words)
    page = world.slack.post(world.found, world.ada, "see <https://pictures.example/hat|hat.jpg>")
    photo = world.slack.post_photo(world.found, world.ada, JPEG, words)
    await world.wait_until_acknowledged(world.found, photo)
    await world.slack.settle()
    threads = [(world.found, ts), (world.general, elsewhere), (world.found, page), (world.found, photo)]
    assert [len(world.slack.thread(*thread)) for thread in threads] == [1, 0, 0, 0]


async def test_what_brings_no_photo_is_answered_after_hours_too(slack: SlackDouble, database_url: str) -> None:
    async with world_on(slack, database_url) as before:
        pass
    async with Store(database_url, keys=KEYS) as store:
        known = await store.workspace("slack", TEAM)
        assert known
        async with store.transaction(known.community) as connection:
            await connection.execute("UPDATE workspace SET heard_at = now() - interval '20 hours'")
    then = datetime.now(UTC) - timedelta(hours=10)
    video, link = (f"{(then + timedelta(minutes=minutes)).timestamp():.6f}" for minutes in (0, 1))
    file = {**slack.api.files.add(before.ada, "keys.mp4", b"moving"), "mimetype": "video/mp4"}
    slack.post_unheard(before.found, before.ada, "", files=[file], ts=video)
    slack.post_unheard(before.found, before.ada, "<https://pictures.example/hat.jpg>", ts=link)
    async with world_on(slack, database_url, again=before) as world:
        await slack.wait_for_reply(world.found, video, "keys.mp4")
        await slack.wait_for_reply(world.found, link, "links to photos")
