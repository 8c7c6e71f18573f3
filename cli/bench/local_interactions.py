"""Slash commands of the local Discord: a member uses `/lost`, and the bot's acknowledgement is timed."""

import json
import time
from typing import Final

from aiohttp import web

from cli.bench import discord_objects as objects
from cli.bench.discord_objects import Json

GUILD: Final = "2"
ADMINISTRATOR: Final = 1 << 3
BOT: Final = objects.member("1", "Reunite", bot=True)
_COMMAND, _SLASH, _STRING = 2, 1, 3


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
            "id": number, "token": token, "type": _COMMAND, "version": 1, "application_id": BOT["user"]["id"],
            "guild_id": GUILD, "channel_id": channel["id"], "channel": channel, "guild_locale": "en-US",
            "locale": "en-US", "context": 0,
            "member": {**objects.member(number, "Member", bot=False), "permissions": str(ADMINISTRATOR)},
            "app_permissions": str(ADMINISTRATOR), "attachment_size_limit": 10_000_000, "entitlements": [],
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
        return json_response({"interaction": {"id": number, "type": _COMMAND, "response_message_loading": True}})

    async def _say(self, request: web.Request) -> web.Response:
        token = request.match_info["token"]
        self.answered.add(token)
        return json_response(objects.message(token.removeprefix("token-"), "4", BOT["user"], {}))


def json_response(body: object, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """Respond with exactly application/json: discord.py parses nothing else."""
    headers = {**(headers or {}), "Content-Type": "application/json"}
    return web.Response(body=json.dumps(body).encode(), status=status, headers=headers)
