"""Posts that PluralKit or Tupperbox repeat through a webhook belong to the member who wrote them."""

from reunite.entities import ReportState
from tests.support.discord_adapter import JPEG, World, open_world
from tests.support.waiting import eventually


async def proxied(world: World, user: str, words: str, photos: dict[str, bytes]) -> str:
    """Post again what a member has posted, as a proxy does: by a webhook, and then the original is deleted.

    pluralkit.me/guide and tupperbox.app/guide; read in November 2026.
    """
    original = await world.discord.people.post("found", user, f"A: {words}", photos)
    webhook = world.discord.admin.join("Alter", bot=True)
    again = await world.discord.people.post("found", webhook, words, photos, webhook_id=webhook)
    await world.discord.people.delete(original)
    return again


async def test_a_proxied_post_belongs_to_its_author(database_url: str) -> None:
    async with open_world(database_url) as world:
        ann = world.discord.admin.join("Ann")
        post = await proxied(world, ann, "a red bag", {"bag.jpg": JPEG})
        await eventually(lambda: world.discord.people.has_reaction(post, "👀"))

        async def is_settled() -> bool:
            return sorted(report["text"] for report in await world.reports()) == ["", "a red bag"]

        await eventually(is_settled)
        [report] = [report for report in await world.reports() if report["text"]]
        assert (report["author_id"], report["source_key"]) == (ann, post)
        await world.discord.people.edit(post, "a dark red bag")

        async def is_edited() -> bool:
            return "a dark red bag" in [report["text"] for report in await world.reports()]

        await eventually(is_edited)
        await world.discord.people.delete(post)
        await world.becomes(report["id"], ReportState.WITHDRAWN)


async def test_what_a_webhook_says_by_itself_belongs_to_nobody(database_url: str) -> None:
    async with open_world(database_url) as world:
        discord = world.discord
        ann, webhook = discord.admin.join("Ann"), discord.admin.join("News", bot=True)
        await discord.people.post("general", ann, "A: a red bag", {"bag.jpg": JPEG})
        first = [
            await discord.people.post("found", ann, "A: other words", {"bag.jpg": JPEG}),
            await discord.people.post("found", ann, "a red bag", {"other.jpg": JPEG}),
        ]
        await discord.people.post("found", webhook, "a red bag", {"bag.jpg": JPEG}, webhook_id=webhook)
        last = await discord.people.post("found", ann, "the last", {"a.jpg": JPEG})
        await eventually(lambda: all(discord.people.has_reaction(post, "👀") for post in [*first, last]))
        assert {report["text"] for report in await world.reports()} == {"A: other words", "a red bag", "the last"}
        assert len(await world.reports()) == 3
