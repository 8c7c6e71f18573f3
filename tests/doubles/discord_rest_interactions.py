"""Answers to interactions over the double's HTTP API: in three seconds, once, and then for a quarter of an hour."""

import time
from typing import Literal

from aiohttp import web

from tests.doubles import discord_rest_base as base
from tests.doubles.discord_checks import SUPPRESS_NOTIFICATIONS, check_message, check_modal
from tests.doubles.discord_guild import Guild
from tests.doubles.discord_interaction import Interaction
from tests.doubles.discord_rest_base import Answer, body_of, known
from tests.doubles.discord_rest_channels import content_of, edit_message
from tests.doubles.discord_shapes import BOT_ID, EPHEMERAL, Json, message
from tests.doubles.discord_ui import TOKENS_LAST

# developers/interactions/receiving-and-responding, "Interaction Callback Type" (read 2026-11-26).
MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, MODAL = 4, 5, 6, 7, 9
_FLAGS = EPHEMERAL | SUPPRESS_NOTIFICATIONS
_STATES: dict[int, Literal["deferred", "updating", "answered", "modal"]] = {
    MESSAGE: "answered", DEFERRED: "deferred", DEFERRED_UPDATE: "updating", UPDATE: "answered", MODAL: "modal",
}  # fmt: skip


class Interactions:
    """Request handlers; ephemeral answers are kept apart, as only one person sees them."""

    def __init__(self, double: Guild) -> None:
        self._double = double

    async def answer(self, request: web.Request) -> Answer:
        used = self._used(request)
        if used.state != "new":
            raise base.ALREADY_ANSWERED
        # The same page: the first answer within 3 seconds, later ones within 15 minutes.
        if time.monotonic() - used.since > self._double.answer_within:
            raise base.UNKNOWN_INTERACTION
        payload, files = await body_of(request)
        kind, data = payload["type"], payload.get("data") or {}
        if kind == MODAL:
            if used.kind == 5:  # the same page: no modal in answer to a modal
                raise base.INVALID_FORM
            check_modal(data)
            used.modal = data
        elif kind == MESSAGE:
            check_message(data, files, flags=_FLAGS)
            self._say(used, data, files)
        elif kind == UPDATE:
            check_message({**self._below(used), "flags": 0, **data}, files, flags=0)
            await edit_message(self._double, self._below(used), data, files)
        used.state = _STATES[kind]
        used.ephemeral = bool(data.get("flags", 0) & EPHEMERAL)
        return {"interaction": {"id": used.id, "type": used.kind, "response_message_loading": used.state == "deferred"}}

    async def edit(self, request: web.Request) -> Answer:
        """Change the first answer, or the button's message if that is what is being updated."""
        used = self._still_used(request)
        payload, files = await body_of(request)
        if used.state == "updating":
            check_message({**self._below(used), "flags": 0, **payload}, files, flags=0)
            await edit_message(self._double, self._below(used), payload, files)
            return self._double.public(self._below(used))
        if used.state == "deferred" and not used.responses:
            check_message(payload, files, flags=_FLAGS)
            return self._say(used, payload, files)
        if not used.responses:
            raise base.UNKNOWN_MESSAGE
        check_message({**used.responses[0], "flags": 0, **payload}, files, flags=0)
        await edit_message(self._double, used.responses[0], payload, files)
        return used.responses[0]

    async def follow_up(self, request: web.Request) -> Answer:
        used = self._still_used(request)
        payload, files = await body_of(request)
        if used.state in {"new", "modal"}:
            raise base.UNKNOWN_INTERACTION
        check_message(payload, files, flags=_FLAGS)
        used.ephemeral = used.ephemeral or bool(payload.get("flags", 0) & EPHEMERAL)
        return self._say(used, payload, files)

    def _say(self, used: Interaction, payload: Json, files: dict[str, bytes]) -> Json:
        bot = self._double.members[BOT_ID]["user"]
        about = {"type": 20, "flags": EPHEMERAL, "webhook_id": BOT_ID}
        content = content_of(self._double, used.where, payload, files)
        answer = message(self._double.new_id(), used.where, bot, {**content, **about})
        self._double.private[answer["id"]] = answer
        used.responses.append(answer)
        return {key: value for key, value in answer.items() if key != "allowed_mentions"}

    def _below(self, used: Interaction) -> Json:
        assert used.message is not None
        return self._double.message(used.message)

    def _still_used(self, request: web.Request) -> Interaction:
        used = self._used(request)
        if time.monotonic() - used.since > TOKENS_LAST:
            raise base.INVALID_TOKEN
        return used

    def _used(self, request: web.Request) -> Interaction:
        return known(self._double.interactions, request.match_info["token"], base.UNKNOWN_INTERACTION)
