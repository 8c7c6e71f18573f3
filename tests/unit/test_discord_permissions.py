"""Which permissions the bot names as missing on Discord."""

from unittest.mock import AsyncMock, MagicMock, patch

import discord
import pytest

from bot.discord.permission_notices import PermissionNotices
from bot.discord.permissions import NEEDED, TO_ANSWER, TO_HIDE, TO_POST, closed_to_some, free_tags, missing
from bot.discord.workspaces import Workspaces
from reunite.entities import Member, ReportKind, Settings
from reunite.errors import TryAgainError


def channel(*, kind: type[discord.abc.GuildChannel] = discord.TextChannel, lacks: tuple[str, ...] = ()) -> MagicMock:
    """Return a channel where the bot has what the invitation asks for, except some."""
    granted = NEEDED & ~discord.Permissions(**dict.fromkeys(lacks, True))
    if "send_messages" in lacks:  # as the library counts
        granted = granted & ~discord.Permissions(embed_links=True, attach_files=True)
    if "view_channel" in lacks:
        granted = discord.Permissions.none()
    place = MagicMock(spec=kind)
    place.permissions_for.return_value = granted
    return place


@pytest.mark.parametrize("name", [name for name, is_needed in TO_HIDE if is_needed])
def test_what_is_missing_is_named_and_nothing_that_follows_from_it(name: str) -> None:
    name = "view_channel" if name == "read_messages" else name
    expected = ("read_messages",) if name == "view_channel" else (name,)
    assert missing(channel(lacks=(name,)), TO_HIDE) == expected


def test_what_one_channel_lacks_hides_nothing_that_another_lacks() -> None:
    assert missing(channel(lacks=("send_messages",)), TO_ANSWER) == ()
    assert missing(channel(lacks=("send_messages",)), TO_POST) == ("send_messages",)
    for needed in (TO_ANSWER, TO_POST, TO_HIDE):
        assert missing(channel(lacks=("embed_links",)), needed) == ("embed_links",)
        assert missing(channel(lacks=("attach_files",)), needed) == ("attach_files",)


def test_a_forum_needs_no_threads() -> None:
    lacks = ("create_public_threads", "create_private_threads")
    assert missing(channel(kind=discord.ForumChannel, lacks=lacks), TO_HIDE) == ()


def role(*, is_default: bool = False, is_bot: bool = False, moderates: bool = False) -> MagicMock:
    return MagicMock(
        discord.Role,
        is_default=lambda: is_default,
        is_bot_managed=lambda: is_bot,
        permissions=discord.Permissions(manage_messages=moderates),
    )


EVERYONE, MEMBERS, STAFF, BOT = role(is_default=True), role(), role(), role(is_bot=True)
MODERATORS = role(moderates=True)
TO_USE = discord.Permissions(view_channel=True, send_messages=True, use_application_commands=True)


def seen_by(*roles: MagicMock, for_adults: bool = False, may: discord.Permissions = TO_USE) -> MagicMock:
    granted = dict.fromkeys(roles, may)
    return MagicMock(
        discord.TextChannel,
        is_nsfw=lambda: for_adults,
        permissions_for=lambda role: granted.get(role, discord.Permissions.none()),
    )


def guild_with(*others: MagicMock) -> MagicMock:
    """Return a guild with these channels besides those for reports."""
    return MagicMock(
        discord.Guild, roles=[EVERYONE, MEMBERS, STAFF, MODERATORS, BOT], default_role=EVERYONE, text_channels=[*others]
    )


def test_a_channel_that_others_readers_cannot_open_is_told_apart() -> None:
    open_to_all, hidden = seen_by(EVERYONE, MEMBERS, STAFF), seen_by(STAFF)
    for_adults = seen_by(EVERYONE, MEMBERS, STAFF, for_adults=True)
    guild = guild_with()
    assert closed_to_some(guild, [open_to_all], [seen_by(EVERYONE, MEMBERS, STAFF, BOT)]) == []
    assert closed_to_some(guild, [], [hidden]) == closed_to_some(guild, [], [for_adults]) == []
    assert closed_to_some(guild, [open_to_all, hidden], [for_adults]) == [hidden, for_adults]


def test_a_channel_for_found_items_is_compared_with_where_searches_can_be_used() -> None:
    staffs, hidden, also_hidden = seen_by(STAFF), seen_by(STAFF), seen_by(STAFF)
    for_members, for_adults = seen_by(MEMBERS), seen_by(EVERYONE, MEMBERS, STAFF, for_adults=True)
    rules = seen_by(EVERYONE, MEMBERS, STAFF, may=discord.Permissions(view_channel=True))
    talk = [seen_by(MEMBERS) for _ in range(3)]
    verified = guild_with(rules, *talk, staffs, *(seen_by(MODERATORS) for _ in range(9)))
    assert closed_to_some(verified, [for_members], [seen_by(MEMBERS)]) == []
    assert closed_to_some(verified, [hidden], [also_hidden]) == [hidden]
    assert closed_to_some(guild_with(seen_by(EVERYONE)), [for_members], []) == [for_members]
    assert closed_to_some(verified, [for_adults], []) == [for_adults]
    assert closed_to_some(guild_with(for_adults), [for_adults], []) == []


@pytest.mark.parametrize(
    ("names", "chosen"), [(["Lost", "Pets", "Found"], "Found"), (["Lost", "Pets"], "Pets"), (["Lost"], "Lost")]
)
def test_a_forum_that_requires_a_tag_gets_the_one_that_says_the_kind(names: list[str], chosen: str) -> None:
    tags = [discord.ForumTag(name="Found", moderated=True), *(discord.ForumTag(name=name) for name in names)]
    forum = MagicMock(discord.ForumChannel, available_tags=tags)
    assert [tag.name for tag in free_tags(forum, ReportKind.FOUND)] == [chosen]


@pytest.mark.parametrize(
    ("name", "is_managed", "everywhere", "moderates"),
    [
        ("found", True, False, True),
        ("found, renamed", True, False, False),
        ("mods", True, False, True),
        ("mods, renamed", True, False, True),
        ("the-thiefs-own", True, False, False),
        ("the-thiefs-own", True, True, True),
        ("found", False, True, False),
    ],
)
@pytest.mark.parametrize("in_thread", [False, True])
def test_who_manages_only_a_channel_of_their_own_does_not_moderate(
    name: str, *, is_managed: bool, everywhere: bool, moderates: bool, in_thread: bool
) -> None:
    name, _, renamed = name.partition(", ")
    managing = [
        discord.Permissions(manage_messages=has, manage_channels=bool(renamed)) for has in (everywhere, is_managed)
    ]
    guild = MagicMock(discord.Guild, id=1)
    member = MagicMock(discord.Member, id=2, guild=guild, roles=[], guild_permissions=managing[0])
    place = MagicMock(discord.TextChannel, id=9 if name == "mods" else 3, guild=guild)
    place.name = name
    thread = MagicMock(discord.Thread)
    thread.parent = place
    workspaces = Workspaces(MagicMock(), MagicMock())
    workspaces._settings[guild.id] = Settings(log_channel="9")
    assert workspaces.is_moderator(member, managing[1], thread if in_thread else place) is moderates


async def test_a_notice_that_met_trouble_is_sent_to_the_next_who_posts() -> None:
    notices = PermissionNotices(MagicMock(), MagicMock(language=lambda _: "en"))
    send, place, ann = (
        AsyncMock(side_effect=[TryAgainError("Discord answers 500."), None]),
        channel(lacks=("add_reactions",)),
        Member("1", "Ann"),
    )
    with patch.object(notices, "_send", send):
        with pytest.raises(TryAgainError):
            await notices.send(place, ann)
        for _ in range(2):
            await notices.send(place, ann)
    assert send.await_count == 2
