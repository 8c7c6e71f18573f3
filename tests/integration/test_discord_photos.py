"""Which posts on Discord bring a photo: forwarded, unlabelled and mislabelled ones do; others get a word."""

import pytest

from bot.discord.errors import MissingPermissionError
from tests.support.discord_adapter import JPEG, World, opened_world
from tests.support.waiting import eventually

world_fixture = pytest.fixture(opened_world, name="world")


async def test_a_forwarded_photo_is_a_report_by_the_member_who_forwards_it(world: World) -> None:
    ann = world.discord.admin.join("Ann")
    words = "<@123456789012345678> found a blue cup in <#223456789012345678>"
    post = await world.discord.people.forward("found", ann, words, {"cup.jpg": JPEG})
    await eventually(lambda: world.discord.people.has_reaction(post, "👀"))
    report = await world.report()
    assert (report["author_id"], report["text"]) == (ann, "@… found a blue cup in #…")
    [(name, _)] = await world.photos()
    assert name == "cup.jpg"
    world.discord.refuse("GET /channels/.*/messages/", 403, code=50001, message="Missing Access")
    with pytest.raises(MissingPermissionError):  # which may be granted again
        await world.platform.photo_url(world.post_of(post), name)
    assert await world.platform.photo_url(world.post_of(post), name)


async def test_a_forwarded_photo_can_be_reported_by_the_menu(world: World) -> None:
    ann = world.discord.admin.join("Ann")
    post = await world.discord.people.forward("general", ann, "", {"cup.jpg": JPEG})
    await world.discord.ui.answer(await world.discord.ui.menu("Found this", world.discord.admin.join("Bob"), post))
    assert (await world.report())["author_id"] == ann
    assert [name for name, _ in await world.photos()] == ["cup.jpg"]


@pytest.mark.parametrize("ending", ["jpg", "JPEG", "png", "webp", "avif", "heic"])
@pytest.mark.parametrize("label", [None, "application/octet-stream", "text/plain"])
async def test_a_photo_is_tried_whatever_discord_takes_it_for(world: World, ending: str, label: str | None) -> None:
    photo = {f"photo.{ending}": JPEG}
    await world.discord.people.post("found", world.discord.admin.join("Ann"), "", photo, content_type=label)
    await world.report()
    assert [name for name, _ in await world.photos()] == [f"photo.{ending}"]


@pytest.mark.parametrize("label", [None, "application/octet-stream"])
async def test_a_file_of_which_nothing_is_known_may_be_a_photo(world: World, label: str | None) -> None:
    await world.discord.people.post("found", world.discord.admin.join("Ann"), "", {"photo": JPEG}, content_type=label)
    await world.report()
    assert [name for name, _ in await world.photos()] == ["photo"]


@pytest.mark.parametrize(
    ("text", "file", "label", "answer"),
    [
        ("", "keys.dng", None, "keys.dng"),
        ("", "keys.svg", "application/octet-stream", "keys.svg"),
        ("look", "keys.mp4", "video/mp4", "keys.mp4"),
        ("<https://cdn.discordapp.com/attachments/1/2/KEYS.jpg?ex=1&is=2>", None, None, "again with the photo"),
        ("here: https://example.org/keys.png", None, None, "again with the photo"),
        ("[my keys](https://example.org/keys.png#2)", None, None, "again with the photo"),
    ],
)
async def test_a_post_that_seems_to_bring_a_photo_and_brings_none_gets_a_word(
    world: World, text: str, file: str | None, label: str | None, answer: str
) -> None:
    photos = {file: b"not a photo of ours"} if file else None
    post = await world.discord.people.post("found", world.discord.admin.join("Ann"), text, photos, content_type=label)
    await world.discord.reply(post, answer)
    assert not world.discord.people.has_reaction(post, "👀")
    assert await world.reports() == []


async def test_posts_about_something_else_get_no_word(world: World) -> None:
    ann = world.discord.admin.join("Ann")
    others = [
        await world.discord.people.post("found", ann, "see https://example.org/jpg and http.png"),
        await world.discord.people.post("found", ann, "", {"rules.pdf": b"%PDF"}, content_type="application/pdf"),
    ]
    last = await world.discord.people.post("found", ann, "a cup", {"cup.jpg": JPEG})
    await eventually(lambda: world.discord.people.has_reaction(last, "👀"))
    await eventually(world.reports)
    assert [world.discord.replies(other) for other in others] == [[], []]
