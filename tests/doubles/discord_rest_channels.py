"""Channels, threads, messages and reactions over the double's HTTP API."""

import re
from datetime import datetime
from typing import Any

from aiohttp import web

from tests.doubles import discord_rest_base as base
from tests.doubles import discord_shapes as shapes
from tests.doubles.discord_checks import check_message, check_page, check_rows, check_thread, check_thread_name
from tests.doubles.discord_guild import Guild
from tests.doubles.discord_people import People
from tests.doubles.discord_rest_base import Answer, body_of, known
from tests.doubles.discord_shapes import BOT_ID, Json


class Channels:
    """Request handlers, which ask for the permissions that Discord asks for."""

    def __init__(self, double: Guild) -> None:
        self._double, self._people = double, People(double)

    async def channel(self, request: web.Request) -> Answer:
        return self._place(request, 0)

    async def create(self, request: web.Request) -> Answer:
        """Create a channel, hidden from some or not.

        docs.discord.com, Create Guild Channel (read 2026-11-26): it takes Manage Channels; overwrites may only name
        permissions that the bot has in the guild; a name has 1 to 100 characters, a topic up to 1024.
        """
        payload, mine = await request.json(), self._double.may_anywhere(BOT_ID)
        given = payload.get("permission_overwrites") or []
        overwrites = [
            {key: str(overwrite[key]) for key in ("id", "allow", "deny")} | {"type": overwrite["type"]}
            for overwrite in given
        ]
        named = shapes.MANAGE_CHANNELS
        for overwrite in overwrites:
            named |= int(overwrite["allow"]) | int(overwrite["deny"])
        if named & ~mine:
            raise base.MISSING_PERMISSIONS
        if not 1 <= len(payload["name"]) <= 100 or len(payload.get("topic") or "") > 1024:
            raise base.INVALID_FORM
        if len(self._double.channels) >= self._double.max_channels:
            raise base.TOO_MANY_CHANNELS
        place = self._double.add_channel(payload["name"], payload["type"])
        place |= {"topic": payload.get("topic"), "permission_overwrites": overwrites}
        await self._double.gateway.dispatch("CHANNEL_CREATE", place)
        return place

    async def change(self, request: web.Request) -> Answer:
        """Unarchive a thread, which everyone who may write in it may do; only its owner may rename it."""
        place, payload = self._place(request, shapes.SEND_IN_THREADS), await request.json()
        may_change = {"archived", "name"} if place.get("owner_id") == BOT_ID else {"archived"}
        # developers/resources/channel, "Modify Channel": who may write in a thread may unarchive it (read 2026-11-26).
        if payload.get("archived") is not False or not payload.keys() <= may_change:
            raise base.MISSING_PERMISSIONS
        place["thread_metadata"]["archived"] = False
        place["name"] = payload.get("name", place["name"])
        check_thread_name(place["name"])
        await self._double.gateway.dispatch("THREAD_UPDATE", place)
        return place

    async def remove(self, request: web.Request) -> Answer:
        # developers/resources/channel, "Delete/Close Channel": a thread takes Manage Threads (read 2026-11-26).
        place = self._place(request, shapes.MANAGE_THREADS)
        if place["type"] not in shapes.THREADS:
            raise base.MISSING_PERMISSIONS  # the bot never deletes a channel
        # developers/topics/permissions, "Bitwise Permission Flags", note on Manage Threads (read 2026-11-30).
        if self._double.wants_second_factor:
            raise base.SECOND_FACTOR_REQUIRED
        await self._people.delete_thread(place["id"])
        return place

    async def history(self, request: web.Request) -> Answer:
        place = self._place(request, 0)
        if not self._double.may(BOT_ID, place["id"]) & shapes.READ_HISTORY:
            return []  # developers/resources/message, "Get Channel Messages": no refusal (read 2026-11-26)
        check_page(request.query)
        query, messages = request.query, list(self._double.messages[place["id"]].values())
        most = int(query.get("limit", "50"))  # developers/resources/message, "Get Channel Messages" (read 2026-11-26)
        if "after" in query:
            later = [message for message in messages if int(message["id"]) > int(query["after"])]
            return [self._double.public(message) for message in reversed(later[:most])]
        before = int(query.get("before", 1 << 63))
        newest = [message for message in reversed(messages) if int(message["id"]) < before]
        return [self._double.public(message) for message in newest[:most]]

    async def archived(self, request: web.Request) -> Answer:
        """Return archived threads, the latest archived first."""
        # developers/resources/channel, "List Public Archived Threads": READ_MESSAGE_HISTORY (read 2026-11-26).
        place = self._place(request, shapes.READ_HISTORY)
        check_page(request.query)
        threads = [channel for channel in self._double.channels.values() if channel.get("parent_id") == place["id"]]
        ended = [thread for thread in threads if thread["thread_metadata"]["archived"]]
        ended.sort(key=_archived_at, reverse=True)
        before = datetime.fromisoformat(request.query["before"]) if "before" in request.query else None
        later = [thread for thread in ended if before is None or _archived_at(thread) < before]
        most = int(request.query.get("limit", "50"))
        return {"threads": later[:most], "members": [], "has_more": len(later) > most}

    async def message(self, request: web.Request) -> Answer:
        self._place(request, shapes.READ_HISTORY)
        return self._double.public(self._message(request))

    async def send(self, request: web.Request) -> Answer:
        place = self._place(request, 0)
        is_thread = place["type"] in shapes.THREADS
        payload, files = await body_of(request)
        self._need(place, shapes.SEND_IN_THREADS if is_thread else shapes.SEND_MESSAGES)
        self._need(place, (shapes.EMBED_LINKS if payload.get("embeds") else 0) | (shapes.ATTACH_FILES if files else 0))
        if place["type"] == shapes.DM and place["recipients"][0]["id"] in self._double.takes_no_messages:
            raise base.CANT_MESSAGE
        check_message(payload, files)
        if is_thread:
            self._wake(place)
        nonce = payload.get("nonce")
        # developers/resources/message, "Create Message": a nonce is unique for a few minutes (read 2026-11-26).
        if nonce and payload.get("enforce_nonce") and nonce in self._double.nonces:
            return self._double.nonces[nonce]
        message = self._add(place["id"], payload, files)
        shown = self._double.public(message)
        if nonce:
            self._double.nonces[nonce] = {**shown, "nonce": nonce}
        await self._double.tell_of(message)
        return {**shown, "nonce": nonce}

    def _wake(self, thread: Json) -> None:
        """Unarchive a thread that is written to, unless it is locked or the guild has too many active ones."""
        if thread["thread_metadata"]["locked"]:
            raise base.THREAD_IS_LOCKED
        if thread["thread_metadata"]["archived"]:
            self._need_room()
        thread["thread_metadata"]["archived"] = False

    def _need_room(self) -> None:
        threads = [channel for channel in self._double.channels.values() if channel["type"] in shapes.THREADS]
        if sum(not thread["thread_metadata"]["archived"] for thread in threads) >= self._double.max_threads:
            raise base.TOO_MANY_THREADS

    async def edit(self, request: web.Request) -> Answer:
        place, message = self._place(request, 0), self._own(request)
        if place["type"] in shapes.THREADS and place["thread_metadata"]["archived"]:
            raise base.THREAD_IS_ARCHIVED  # error 50083: no message of an archived thread is edited (read 2026-11-26)
        payload, files = await body_of(request)
        check_message({**message, "flags": 0, **payload, "nonce": None}, files, flags=0)
        await edit_message(self._double, message, payload, files)
        shown = self._double.public(message)
        await self._double.gateway.dispatch("MESSAGE_UPDATE", {**shown, **self._double._about(message)})
        return shown

    async def delete(self, request: web.Request) -> Answer:
        self._place(request, 0)
        await self._people.delete(self._own(request)["id"])
        return None

    async def start_thread(self, request: web.Request) -> Answer:
        payload, message = await request.json(), self._message(request)
        check_thread(payload)
        place = self._place(request, shapes.CREATE_THREADS | shapes.READ_HISTORY)
        if "thread" in message:
            raise base.THREAD_EXISTS  # error 160004 (read 2026-11-26)
        if place["type"] in shapes.THREADS:
            raise base.INVALID_FORM
        return await self._opened(place, message["id"], payload["name"], shapes.PUBLIC_THREAD)

    async def open_thread(self, request: web.Request) -> Answer:
        """Open a private thread in a channel, or a post in a forum."""
        payload, files = await body_of(request)
        check_thread(payload)
        place, number = self._place(request, 0), self._double.new_id()
        if place["type"] in {shapes.FORUM, shapes.MEDIA}:
            # developers/resources/channel, "Start Thread in Forum or Media Channel": SEND_MESSAGES (read 2026-11-26).
            self._need(place, shapes.SEND_MESSAGES)
            check_message(payload["message"], files)
            self._check_tags(place, payload.get("applied_tags") or [])
            thread = await self._opened(place, number, payload["name"], shapes.PUBLIC_THREAD)
            message = self._add(number, payload["message"], files, number)
            await self._double.tell_of(message)
            return {**thread, "message": self._double.public(message)}
        if payload["type"] != shapes.PRIVATE_THREAD:
            raise base.INVALID_FORM
        self._need(place, shapes.CREATE_PRIVATE_THREADS)
        return await self._opened(place, number, payload["name"], shapes.PRIVATE_THREAD)

    def _check_tags(self, forum: Json, chosen: list[str]) -> None:
        """Require a tag where the forum does; a moderated one takes Manage Threads, which the bot doesn't have.

        docs.discord.com, Forum Tag Object and Channel Flags; read in November 2026.
        """
        tags = {tag["id"]: tag for tag in forum["available_tags"]}
        if forum["flags"] & shapes.REQUIRE_TAG and not chosen:
            raise base.TAG_REQUIRED
        for candidate in chosen:
            if known(tags, str(candidate), base.INVALID_FORM)["moderated"]:
                raise base.MISSING_PERMISSIONS

    async def _opened(self, place: Json, number: str, name: str, kind: int) -> Json:
        check_thread_name(name, self._double.forbidden_words)
        self._need_room()
        thread = self._double.add_thread(place["id"], number, name, kind)
        await self._double.gateway.dispatch("THREAD_CREATE", {**thread, "newly_created": True})
        return thread

    async def add_to_thread(self, request: web.Request) -> Answer:
        thread = self._place(request, shapes.SEND_IN_THREADS)
        known(self._double.members, request.match_info["user"], base.UNKNOWN_MEMBER)
        self._double.thread_members[thread["id"]].add(request.match_info["user"])
        return None

    async def reactors(self, request: web.Request) -> Answer:
        self._place(request, shapes.READ_HISTORY)
        # developers/resources/message, "Get Reactions": 25 unless told otherwise, and no super reactions unless
        # `type` is 1 (read 2026-11-26).
        check_page(request.query)
        is_super = request.query.get("type") == "1"
        given = self._reacted(request, self._double.super_reactions if is_super else self._double.reactions)
        after, most = int(request.query.get("after", 0)), int(request.query.get("limit", "25"))
        later = sorted((user for user in given if int(user) > after), key=int)
        return [self._double.members[user]["user"] for user in later[:most]]

    async def react(self, request: web.Request) -> Answer:
        # developers/resources/message, "Create Reaction": both permissions (read 2026-11-26).
        place = self._place(request, shapes.ADD_REACTIONS | shapes.READ_HISTORY)
        if place["type"] in shapes.THREADS and place["thread_metadata"]["archived"]:
            raise base.THREAD_IS_ARCHIVED
        given = self._reacted(request)
        kinds = [
            emoji
            for (about, emoji), users in self._double.reactions.items()
            if about == request.match_info["message"] and users
        ]
        if not given and len(kinds) >= shapes.MAX_REACTIONS:
            raise base.TOO_MANY_REACTIONS
        if BOT_ID not in given:
            given.append(BOT_ID)
        return None

    async def unreact(self, request: web.Request) -> Answer:
        self._place(request, shapes.READ_HISTORY)
        given = self._reacted(request)
        if BOT_ID in given:
            given.remove(BOT_ID)
        return None

    def _reacted(self, request: web.Request, kind: dict[tuple[str, str], list[str]] | None = None) -> list[str]:
        kind = self._double.reactions if kind is None else kind
        return kind.setdefault((self._message(request)["id"], request.match_info["emoji"]), [])

    def _place(self, request: web.Request, rights: int) -> Json:
        place = known(self._double.channels, request.match_info["channel"], base.UNKNOWN_CHANNEL)
        self._need(place, rights)
        return place

    def _need(self, place: Json, rights: int) -> None:
        mine = self._double.may(BOT_ID, place["id"])
        if not mine & shapes.VIEW_CHANNEL:
            raise base.MISSING_ACCESS
        if mine & rights != rights:
            raise base.MISSING_PERMISSIONS

    def _message(self, request: web.Request) -> Json:
        messages = known(self._double.messages, request.match_info["channel"], base.UNKNOWN_CHANNEL)
        return known(messages, request.match_info["message"], base.UNKNOWN_MESSAGE)

    def _own(self, request: web.Request) -> Json:
        message = self._message(request)
        if message["author"]["id"] != BOT_ID:
            raise base.NOT_THE_AUTHOR
        return message

    def _add(self, channel: str, payload: Json, files: dict[str, bytes], number: str | None = None) -> Json:
        return self._double.add_message(channel, BOT_ID, content_of(self._double, channel, payload, files), number)


def content_of(double: Guild, channel: str, payload: Json, files: dict[str, bytes]) -> Json:
    """Return a sent payload as a message shows it: files get addresses, and pictures refer to them."""
    kinds: dict[str, Any] = {"jpg": "image/jpeg", "png": "image/png", "json": "application/json"}
    attachments = [
        double.attach(channel, name, data, kinds.get(name.rpartition(".")[2])) for name, data in files.items()
    ]
    content: Json = {key: payload.get(key) or [] for key in ("embeds", "components")}
    allowed = payload.get("allowed_mentions", {"parse": ["users", "roles", "everyone"]})
    content |= {"content": payload.get("content") or "", "attachments": attachments, "allowed_mentions": allowed}
    content["flags"] = payload.get("flags", 0)
    if reference := payload.get("message_reference"):
        post = str(reference["message_id"])
        known(double.messages[channel], post, base.INVALID_FORM)  # "Unknown message"
        content |= {"type": shapes.REPLY, "message_reference": {"channel_id": channel, "message_id": post}}
    urls = {attachment["filename"]: attachment["url"] for attachment in attachments}
    for embed in content["embeds"]:
        for part in ("thumbnail", "image"):
            if picture := embed.get(part):
                name = re.sub("^attachment://", "", picture["url"])
                # resources/message, "Embed Image Structure": `description` is the alt text (read 2026-11-30).
                embed[part] = {**picture, "url": urls.get(name, name), "width": 512, "height": 512}
    return content


async def edit_message(double: Guild, message: Json, payload: Json, files: dict[str, bytes]) -> None:
    """Change a message of the bot. Fields that the payload leaves out stay; of its files, only those that it lists."""
    check_rows(payload.get("components") or [])
    changed = content_of(double, message["channel_id"], payload, files)
    named = payload["attachments"] if "attachments" in payload else message["attachments"]
    keep = {str(attachment["id"]) for attachment in named}
    kept = [attachment for attachment in message["attachments"] if attachment["id"] in keep]
    message |= {key: changed[key] for key in ("content", "embeds", "components", "allowed_mentions") if key in payload}
    message["attachments"] = [*kept, *changed["attachments"]]
    message["edited_timestamp"] = shapes.now()


def _archived_at(thread: Json) -> datetime:
    return datetime.fromisoformat(thread["thread_metadata"]["archive_timestamp"])
