"""Slash commands of the local Discord: a member uses `/lost`, and the bot's acknowledgement is timed."""

import json
import time
from typing import Final

from aiohttp import web

from cli.bench import discord_objects as objects
from cli.bench.discord_objects import BOT, GUILD, Json

_COMMAND, _SLASH, _STRING = 2, 1, 3
_ADMINISTRATOR: Final = str(1 << 3)


class Interactions:
    """The commands that the bot has registered, and how they are answered."""

    def __init__(self) -> None:
        self.used: dict[str, float] = {}
        """When each command was used, by its token (`time.perf_counter`)."""
        self.acknowledged: dict[str, float] = {}
        self.answered: set[str] = set()
        self._commands: list[Json] = []

    def register(self, commands: list[Json]) -> None:
        self._commands = commands

    def lost(self, number: str, channel: Json, text: str) -> Json:
        """Return the event of a member who uses `/lost` in a channel."""
        token = f"token-{number}"
        command = next(command for command in self._commands if command["name"] == "lost")
        given = [{"name": "description", "type": _STRING, "value": text}]
        self.used[token] = time.perf_counter()
        return {
            "id": number, "token": token, "type": _COMMAND, "version": 1, "application_id": BOT, "guild_id": GUILD,
            "channel_id": channel["id"], "channel": channel, "guild_locale": "en-US", "locale": "en-US", "context": 0,
            "member": {**objects.member(number, "Member", bot=False), "permissions": _ADMINISTRATOR},
            "app_permissions": _ADMINISTRATOR, "attachment_size_limit": 10_000_000, "entitlements": [],
            "data": {"id": command["id"], "name": "lost", "type": _SLASH, "options": given, "resolved": {}},
        }  # fmt: skip

    def routes(self, api: str) -> list[web.RouteDef]:
        return [
            web.post(f"{api}/interactions/{{id}}/{{token}}/callback", self._acknowledge),
            web.patch(f"{api}/webhooks/{{application}}/{{token}}/messages/@original", self._say),
        ]

    async def _acknowledge(self, request: web.Request) -> web.Response:
        token, number = request.match_info["token"], request.match_info["id"]
        self.acknowledged.setdefault(token, time.perf_counter())
        return _json({"interaction": {"id": number, "type": _COMMAND, "response_message_loading": True}})

    async def _say(self, request: web.Request) -> web.Response:
        bot, token = objects.member(BOT, "Reunite", bot=True)["user"], request.match_info["token"]
        self.answered.add(token)
        return _json(objects.message(token.removeprefix("token-"), "4", bot, {}))


def _json(body: object) -> web.Response:
    return web.Response(body=json.dumps(body).encode(), headers={"Content-Type": "application/json"})
