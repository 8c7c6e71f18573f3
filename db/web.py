"""The local chat page's messages, read together with their reports and matches."""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from db import mapping
from db.session import CommunitySession
from db.store import Store
from reunite import rules
from reunite.entities import Match, Member, Photo, Report, VerdictKind
from reunite.messages.reply import Reply, from_json, to_json


@dataclass(frozen=True, slots=True)
class Posted:
    """A post's report and its photos."""

    report: Report
    photos: tuple[Photo, ...]


@dataclass(frozen=True, slots=True)
class VerdictMarks:
    """A shown match, and the members whose verdicts on it are in force, by kind."""

    match: Match
    given: Mapping[VerdictKind, tuple[Member, ...]]


@dataclass(frozen=True, slots=True)
class MessageInfo:
    """A message's channel and author; `author` is None for the bot's messages, `reply` for members'."""

    channel: str
    author: str | None
    reply: Reply | None


@dataclass(frozen=True, slots=True)
class WebMessage:
    """A message on the page. `author` is None for the bot's messages; `root` is the post whose thread it's in."""

    id: int
    channel: str
    root: int | None
    author: Member | None
    text: str
    reply: Reply | None
    created_at: datetime
    posted: Posted | None
    verdict_marks: VerdictMarks | None


@asynccontextmanager
async def web_session(store: Store, community: UUID) -> AsyncIterator["WebSession"]:
    """Open a transaction within a community; it commits at the end, or rolls back on an error."""
    async with store.transaction(community) as connection:
        yield WebSession(connection, community, store.index_cache, store.keys)


class WebSession(CommunitySession):
    """A community's transaction with the page's messages."""

    async def add_post(self, channel: str, key: str, author: Member, text: str) -> tuple[int, bool]:
        """Add a member's post, and return whether it's new; a known `key` changes nothing."""
        row = await self._one(
            """INSERT INTO web_message (community_id, channel, key, author_id, author_name, text)
               VALUES (%(community)s, %(channel)s, %(key)s, %(author)s, %(name)s, %(text)s)
               ON CONFLICT (community_id, key) DO NOTHING RETURNING id""",
            channel=channel,
            key=key,
            author=author.id,
            name=author.name,
            text=text,
        )
        return (row["id"], True) if row else ((await self._known(key))[0], False)

    async def add_reply(self, channel: str, root: int | None, key: str, reply: Reply) -> int | None:
        """Add a message of the bot, once per `key`; None if the thread's post is gone."""
        row = await self._one(
            """INSERT INTO web_message (community_id, channel, root_id, key, reply)
               SELECT %(community)s, %(channel)s, %(root)s, %(key)s, %(reply)s
               WHERE %(root)s::bigint IS NULL OR EXISTS (SELECT FROM web_message WHERE id = %(root)s)
               ON CONFLICT (community_id, key) DO NOTHING RETURNING id""",
            channel=channel,
            root=root,
            key=key,
            reply=Jsonb(to_json(reply)),
        )
        return row["id"] if row else next(iter(await self._known(key)), None)

    async def forget_refused(self, message: int) -> None:
        """Delete a post unless it became a report."""
        await self._do(
            """DELETE FROM web_message m WHERE id = %(message)s AND NOT EXISTS
                 (SELECT FROM report r JOIN workspace w ON w.id = r.workspace_id
                  WHERE w.platform = 'web' AND r.message = m.id::text)""",
            message=message,
        )

    async def remove_post(self, message: int) -> None:
        """Delete a member's post and its thread."""
        await self._do("DELETE FROM web_message WHERE id = %(message)s AND author_id IS NOT NULL", message=message)

    async def change_post(self, message: int, text: str) -> None:
        await self._do(  # of a deleted one, the author is empty
            "UPDATE web_message SET text = %(text)s WHERE id = %(message)s AND author_id <> ''",
            message=message,
            text=text,
        )

    async def change_reply(self, message: int, reply: Reply) -> bool:
        """Replace a message of the bot; false if it's gone."""
        changed = await self._do(
            "UPDATE web_message SET reply = %(reply)s WHERE id = %(message)s AND author_id IS NULL",
            message=message,
            reply=Jsonb(to_json(reply)),
        )
        return changed == 1

    async def remove_reply(self, key: str) -> None:
        """Delete a message of the bot and its thread."""
        await self._do("DELETE FROM web_message WHERE key = %(key)s AND author_id IS NULL", key=key)

    async def message_info(self, message: int) -> MessageInfo | None:
        """Return a message's channel, author and reply."""
        row = await self._one(
            "SELECT channel, author_id, reply FROM web_message WHERE id = %(message)s", message=message
        )
        if row is None:
            return None
        return MessageInfo(row["channel"], row["author_id"], from_json(row["reply"]) if row["reply"] else None)

    async def messages(self, posts: int) -> list[WebMessage]:
        """Return the newest `posts` posts of each channel with their threads, oldest message first."""
        rows = await self._all(
            """SELECT * FROM web_message WHERE coalesce(root_id, id) IN
                 (SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY channel ORDER BY id DESC) AS nth
                                  FROM web_message WHERE root_id IS NULL) AS post WHERE nth <= %(posts)s)
               ORDER BY id""",
            posts=posts,
        )
        replies = {row["id"]: from_json(row["reply"]) for row in rows if row["reply"]}
        posted = await self._posted([str(row["id"]) for row in rows if row["root_id"] is None])
        verdict_marks = await self._verdict_marks([reply.match for reply in replies.values() if reply.match])
        return [_message(row, replies.get(row["id"]), posted, verdict_marks) for row in rows]

    async def _known(self, key: str) -> list[int]:
        return [row["id"] for row in await self._all("SELECT id FROM web_message WHERE key = %(key)s", key=key)]

    async def _posted(self, messages: Sequence[str]) -> dict[str, Posted]:
        reports = [
            mapping.report(row)
            for row in await self._all(
                f"{mapping.REPORT} WHERE w.platform = 'web' AND r.message = ANY(%(messages)s)", messages=list(messages)
            )
        ]
        photos = await self.photos.of_reports([report.id for report in reports])
        return {report.target.message or "": Posted(report, tuple(photos[report.id])) for report in reports}

    async def _verdict_marks(self, matches: Sequence[UUID]) -> dict[UUID, VerdictMarks]:
        logs = defaultdict(list)
        for row in await self._all(
            "SELECT * FROM verdict WHERE match_id = ANY(%(matches)s) ORDER BY seq", matches=list(matches)
        ):
            logs[row["match_id"]].append(mapping.verdict(row))
        shown = await self._all(
            f"SELECT {mapping.MATCH} FROM match m WHERE m.id = ANY(%(matches)s)", matches=list(matches)
        )
        result = {}
        for match in map(mapping.match, shown):
            in_force = rules.in_force(logs[match.id])
            given = {
                kind: tuple(Member(verdict.moderator, verdict.name) for verdict in in_force if verdict.kind is kind)
                for kind in VerdictKind
            }
            result[match.id] = VerdictMarks(match, given)
        return result


def _message(
    row: mapping.Row, reply: Reply | None, posted: Mapping[str, Posted], verdict_marks: Mapping[UUID, VerdictMarks]
) -> WebMessage:
    return mapping.entity(
        WebMessage,
        row,
        root=row["root_id"],
        author=Member(row["author_id"], row["author_name"]) if row["author_id"] is not None else None,
        reply=reply,
        posted=posted.get(str(row["id"])),
        verdict_marks=verdict_marks.get(reply.match) if reply and reply.match else None,
    )
