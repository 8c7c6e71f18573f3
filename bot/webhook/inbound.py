"""Handles the chat's events; private replies go back in the response."""

from collections.abc import Sequence
from dataclasses import replace

from aiohttp import web

from bot import looks, verdicts
from bot.channels import role_of
from bot.json_events import Event, MalformedError
from bot.json_replies import Json, reply_json, ways
from bot.signed_http import read_signed
from bot.webhook.config import WebhookConfig
from bot.webhook.outbound import HERE
from reunite import rights
from reunite.commands import REPORTS, AnswerQuestion, ChangeSettings, EditReport, GiveVerdict, Press, Withdraw
from reunite.errors import TellUserError
from reunite.handlers import Handlers
from reunite.messages import notices, wording
from reunite.messages.reply import FILES_LOOK, Reply

Replies = Sequence[Reply] | None
"""None if an event concerns nothing that the bot knows."""


class Inbound:
    """Takes one event per request."""

    def __init__(self, handlers: Handlers, config: WebhookConfig) -> None:
        self._handlers = handlers
        self._config = config

    async def take(self, request: web.Request) -> web.Response:
        """Verify a request and do what its event says; a chat may send it again."""
        key, body = await read_signed(self._config.key, request)
        try:
            event = Event.of(body, key, HERE, self._config.photo_hosts)
            replies = await self._handle(event)
            taken = replies is not None
        except MalformedError as error:
            raise web.HTTPUnprocessableEntity(text=str(error)) from None
        except TellUserError as error:
            replies, taken = [notices.say(wording.explain(error, event.language, ways(event.language)))], False
        rendered = [await self._shown(reply, event) for reply in replies or ()]
        return web.json_response({"taken": taken, "replies": rendered})

    async def _shown(self, reply: Reply, event: Event) -> Json:
        picture = await looks.picture_of(self._handlers, *HERE, reply)
        return reply_json(reply, event.language, HERE[0], picture)

    async def _handle(self, event: Event) -> Replies:
        handlers, done = self._handlers, True
        replies: Replies = ()
        match event.name:
            case "report":
                return await self._report(event)
            case "edit":  # the post may have been refused before
                edited = await handlers.edit(event.command(EditReport))
                done = await self._report(event) is not None if edited is None else edited
            case "delete":
                done = await handlers.withdraw(Withdraw(target=event.target))
            case "verdict":
                done = await verdicts.give_verdict(handlers, event.command(GiveVerdict))
            case "answer":
                replies = (notices.say((await handlers.answer_question(event.command(AnswerQuestion))).words),)
            case "press":
                replies = (await self._press(event),)
            case "look":
                replies = (await looks.answer_of(handlers, event.look(), event.language),)
            case "mine":
                replies = await handlers.my_reports(*HERE, event.member, event.language)
            case "privacy":
                replies = (await handlers.privacy(*HERE, event.member, event.language),)
            case _:
                replies = await self._handle_as_moderator(event)
        return replies if done else None

    async def _report(self, event: Event) -> Replies:
        """Report a post in a channel for reports, or what a member says by command."""
        channel, settings = event.target.channel, await self._handlers.settings(*HERE)
        kind = REPORTS.get(str(event.body.get("kind") or role_of(channel, channel, settings)))
        if kind is None:
            return None
        await self._handlers.report(event.report(kind, private=settings.private_reports))
        return ()

    async def _press(self, event: Event) -> Reply:
        press = event.command(Press)
        if press.action in FILES_LOOK:  # it files a report, which has no post yet
            private = bool(await self._handlers.files_privately(press))
            target = event.direct if private else replace(press.target, message=None)
            press = replace(press, target=target, private=private)
        return await self._handlers.forgetting.completed(press, await self._handlers.press(press))

    async def _handle_as_moderator(self, event: Event) -> Replies:
        rights.check_member("set_up", is_moderator=event.is_moderator)
        match event.name:
            case "statistics":
                return [await self._handlers.statistics(*HERE, event.language, for_moderators=True)]
            case "link":
                await self._handlers.link(*HERE, str(event.body.get("code")))
            case "unlink":
                await self._handlers.unlink(*HERE)
            case "settings":
                settings = event.settings(await self._handlers.settings(*HERE))
                await self._handlers.set_up(ChangeSettings(platform=HERE[0], workspace=HERE[1], settings=settings))
            case _:
                raise MalformedError(f"there is no event {event.name!r}")
        return ()
