"""`/lost search` and its shortcut: show one person what was found, a page at a time."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import psycopg
import structlog

from bot import looks
from bot.saved import WENT_WRONG
from bot.slack.errors import MISSING_SCOPE, slack_errors
from bot.slack.forms import LOOK, View, context_of, form_input, form_modal, reply_modal
from bot.slack.people import Person
from bot.slack.pictures import delete_file, upload
from bot.slack.posts import Body, form_photos
from bot.slack.private_replies import PrivateReplies
from bot.slack.reports import channel_of
from bot.slack.workspace import SlackWorkspace
from db.cancellation import stop
from db.slack_pictures import SlackPictures
from db.trouble import kept_problem
from reunite.commands import Look, Press
from reunite.entities import IncomingPhoto, ReportKind
from reunite.errors import TryAgainError, UndeliverableError
from reunite.handlers import Handlers
from reunite.language import sentence
from reunite.messages.forms import look_form
from reunite.messages.reply import Reply

_log = structlog.get_logger(__name__)
_SOON_SECONDS: Final = 2.0
"""Seconds without an answer after which the person reads that it takes a moment."""


class Looks:
    """Searches without a report."""

    def __init__(self, handlers: Handlers, uploaded: SlackPictures) -> None:
        self._handlers = handlers
        self._uploaded = uploaded

    async def shortcut(self, private: PrivateReplies) -> None:
        """Handle the global shortcut: open the modal."""
        await private.attempt(lambda person: self.open(person, private), WENT_WRONG, opens_modal=True)

    async def open(self, person: Person, private: PrivateReplies) -> None:
        """Ask what to search for with a modal."""
        context = {"language": person.language, "channel": private.channel}
        await private.show(form_modal(look_form(person.language), LOOK, person.language, context))

    async def by_text(self, words: str, person: Person, private: PrivateReplies) -> None:
        """Search by the words of a command."""
        workspace, key = private.workspace, private.body["trigger_id"]
        text = await workspace.words(words)
        search = asyncio.create_task(self._search(workspace, person, private.channel, key, text))
        try:
            await asyncio.wait({search}, timeout=_SOON_SECONDS)
            if not search.done():
                await private.send_words(sentence("one_moment", person.language), person.language)
            reply = await search
        finally:
            await stop(search)
        await private.send([reply], person.language, await self._picture(workspace, reply))

    async def turn(self, press: Press, private: PrivateReplies) -> None:
        """Show another page in place of the one whose button was pressed."""
        reply = await self._handlers.press(press)
        await private.send([reply], press.language, await self._picture(private.workspace, reply), in_place=True)

    async def claim(self, workspace: SlackWorkspace, person: Person, press: Press) -> Reply:
        """File the report, perhaps with a claim; it goes where `/lost` would put it."""
        private = await self._handlers.files_privately(press)
        if private is not None:
            channel = await channel_of(workspace, person, ReportKind.LOST, press.target.channel, private=private)
            press = replace(press, target=workspace.target(channel, None), private=private)
        return await self._handlers.press(press)

    async def submit(self, workspace: SlackWorkspace, body: Body) -> View:
        """Search by the modal."""
        view, given = body["view"], form_input(body["view"])
        person, channel = await workspace.person(body["user"]["id"]), context_of(view).get("channel", "")
        photos = await form_photos(workspace, given.get("photos", ()))
        reply = await self._search(
            workspace, person, channel, f"view:{view['id']}", given.get("words", ""), tuple(photos)
        )
        picture = await self._picture(workspace, reply)
        return reply_modal([reply], workspace.link_to, person.language, picture)

    async def _search(  # noqa: PLR0913, PLR0917 - what a search is made of
        self,
        workspace: SlackWorkspace,
        person: Person,
        channel: str,
        key: str,
        words: str,
        photos: tuple[IncomingPhoto, ...] = (),
    ) -> Reply:
        command = Look(
            source_key=key,
            target=workspace.target(channel, None),
            author=person.member,
            text=words,
            posted_at=datetime.now(UTC),
            photos=photos,
        )
        return await looks.answer_of(self._handlers, command, person.language)

    async def _picture(self, workspace: SlackWorkspace, reply: Reply) -> str | None:
        """Upload a page's picture, and return the file's id; None if that fails, because the words matter more.

        It's deleted after a while, together with the others (`delete_old_pictures`).
        """
        picture = await looks.picture_of(self._handlers, "slack", workspace.team, reply)
        if picture is None:
            return None
        try:
            with slack_errors():
                file = await upload(workspace, picture)
            if file:
                await self._uploaded.note_look(workspace.team, file)
        except (TryAgainError, UndeliverableError, psycopg.Error) as error:
            problem = str(error) if isinstance(error, UndeliverableError) else kept_problem(error)
            _log.warning("slack_upload_failed", team=workspace.team, reason=problem)
            return None
        return file

    async def delete_old_pictures(self, workspace: SlackWorkspace) -> None:
        """Delete the files of searches that are over."""
        with slack_errors():
            for file in await self._uploaded.of_old_looks(workspace.team):
                error = await delete_file(workspace, file)
                if error is None:
                    await self._uploaded.forget(workspace.team, file)
                elif error == MISSING_SCOPE:
                    break  # it's the same with the others
