"""Interactions: commands, message menus, buttons and modals, and what the bot answers to each."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tests.doubles import discord_shapes as shapes
from tests.doubles.discord_people import People
from tests.doubles.discord_shapes import APPLICATION_ID, Json

SLASH, MESSAGE_MENU = 1, 3
COMMAND, COMPONENT, MODAL_SUBMIT = 2, 3, 5
TEXT_INPUT, FILE_UPLOAD = 4, 19
SUB_COMMAND, CHANNEL, ROLE, ATTACHMENT = 1, 7, 8, 11
TOKENS_LAST = 15 * 60
"""Seconds for which an interaction can be answered, then the answer is 401 with code 50027.

docs.discord.com, Receiving and Responding to Interactions; read in November 2026.
"""


@dataclass
class Interaction:
    """A command in use, a button pressed or a modal filled in, and what the bot has answered so far."""

    id: str
    token: str
    kind: int
    user: str
    where: str
    since: float
    message: str | None = None
    """Below which the button is."""
    state: Literal["new", "deferred", "updating", "answered", "modal"] = "new"
    ephemeral: bool = False
    responses: list[Json] = field(default_factory=list)
    """The messages that were answered, in order."""
    modal: Json | None = None

    @property
    def answer(self) -> str | None:
        """What is to be read in the latest answer."""
        return shapes.text(self.responses[-1]) if self.responses else None


class Commands(People):
    """People who use what the bot offers."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.interactions: dict[str, Interaction] = {}
        self.locales: dict[str, str] = {}

    async def slash(
        self, name: str, user: str, channel: str, photo: tuple[str, bytes] | None = None, **options: str
    ) -> Interaction:
        """Use a command ("lost", "privacy export") in a channel (by name)."""
        first, _, sub = name.partition(" ")
        command = self._command(first, SLASH)
        where = self.channel(channel)
        known = command.get("options", [])
        if sub:
            known = next(one["options"] for one in known if one["name"] == sub)
        types = {one["name"]: one["type"] for one in known}
        given: list[Json] = [{"name": key, "type": types[key], "value": value} for key, value in options.items()]
        resolved: Json = {}
        if photo:
            attachment = self.attach(where, *photo, "image/jpeg")
            given.append({"name": "photo", "type": ATTACHMENT, "value": attachment["id"]})
            resolved["attachments"] = {attachment["id"]: self.link(attachment)}
        if sub:
            given = [{"name": sub, "type": SUB_COMMAND, "options": given}]
        data = {"id": command["id"], "name": first, "type": SLASH, "options": given, "resolved": resolved}
        return await self._interact(COMMAND, user, where, data)

    async def menu(self, name: str, user: str, message: str) -> Interaction:
        """Use a command of a message's menu."""
        command, chosen = self._command(name, MESSAGE_MENU), self.message(message)
        shown = {key: value for key, value in self.linked(chosen).items() if key != "allowed_mentions"}
        resolved = {"messages": {message: shown}}
        data = {"id": command["id"], "name": name, "type": MESSAGE_MENU, "target_id": message, "resolved": resolved}
        return await self._interact(COMMAND, user, chosen["channel_id"], data)

    async def press(self, message: str, words: str, user: str) -> Interaction:
        """Press the button with these words below a message."""
        pressed = self.message(message)
        [button] = [button for button in shapes.buttons(pressed) if button["label"] == words]
        data = {"custom_id": button["custom_id"], "component_type": 2}
        return await self._interact(COMPONENT, user, pressed["channel_id"], data, message)

    async def submit(
        self, opened: Interaction, photos: Mapping[str, bytes] | None = None, **values: str | list[str]
    ) -> Interaction:
        """Fill in a modal that the bot has opened, and send it off; what is left out stays as it was set beforehand."""
        assert opened.modal is not None
        filled: list[Json] = []
        files: dict[str, bytes] = {}
        left = set(values)
        for given in shapes.inputs(opened.modal):
            name = given["custom_id"]
            left.discard(name)
            if given["type"] == FILE_UPLOAD:
                assert given.get("min_values", 1) <= len(photos or {}) <= given.get("max_values", 1), name
                chosen = {
                    attachment["id"]: self.link(attachment)
                    for attachment in (
                        self.attach(opened.where, *photo, "image/jpeg") for photo in (photos or {}).items()
                    )
                }
                files |= chosen
                filled.append(_filled(given, values=list(chosen)))
            else:
                filled.append(_answered(given, values.get(name)))
        assert not left, f"the modal does not ask for {left}"
        data = {"custom_id": opened.modal["custom_id"], "components": filled, "resolved": {"attachments": files}}
        return await self._interact(MODAL_SUBMIT, opened.user, opened.where, data, opened.message)

    async def opened(self, used: Interaction, within: float = 10) -> Json:
        """Wait for the modal that the bot opens."""
        async with asyncio.timeout(within):
            while used.modal is None:
                assert used.state == "new", f"answered instead: {used.answer}"
                await asyncio.sleep(0.02)
        return used.modal

    def _origin(self, user: str, where: str) -> Json:
        """Return what an interaction says of where and by whom: in a direct message there is no guild and no member.

        docs.discord.com, Interaction Object (read 2026-11-26): `user` is sent for direct messages, `member` in guilds.
        """
        if self.channels[where]["type"] == shapes.DM:
            return {"user": self.channels[where]["recipients"][0], "context": 1}
        member = {**self.members[user], "permissions": str(self.may(user, where))}
        return {"guild_id": self.guild_id, "member": member, "guild_locale": "en-US", "context": 0}

    def _command(self, name: str, kind: int) -> Json:
        return next(
            command for command in self.commands if command["name"] == name and command.get("type", SLASH) == kind
        )

    async def _interact(self, kind: int, user: str, where: str, data: Json, message: str | None = None) -> Interaction:
        token = f"interaction-{self.new_id()}"
        used = Interaction(self.new_id(), token, kind, user, where, time.monotonic(), message)
        self.interactions[token] = used
        origin = self._origin(user, where)
        event: Json = {
            "id": used.id, "token": token, "type": kind, "version": 1, "application_id": APPLICATION_ID,
            "channel_id": where, "channel": self.channels[where], **origin,
            "app_permissions": str(self.may(self.bot_id, where)), "locale": self.locales.get(user, "en-GB"),
            "attachment_size_limit": 10_000_000, "entitlements": [], "data": data,
        }  # fmt: skip
        if message:
            event["message"] = {key: value for key, value in self.message(message).items() if key != "allowed_mentions"}
        await self.gateway.dispatch("INTERACTION_CREATE", event)
        return used


def _filled(given: Json, **what: object) -> Json:
    inner = {"type": given["type"], "custom_id": given["custom_id"], "id": 2, **what}
    return {"type": 18, "id": 1, "component": inner}


def _answered(given: Json, value: str | list[str] | None) -> Json:
    """Fill in one field as Discord lets people do, and no other way."""
    name = given["custom_id"]
    if given["type"] == TEXT_INPUT:
        text = given.get("value", "") if value is None else value
        assert isinstance(text, str)
        assert len(text) <= given.get("max_length", 4000), f"{name} is too long"
        assert text or not given["required"], f"{name} is required"
        return _filled(given, value=text)
    known = [option["value"] for option in given.get("options", [])]
    beforehand = [option["value"] for option in given.get("options", []) if option.get("default")]
    beforehand += [str(value["id"]) for value in given.get("default_values", [])]
    chosen = beforehand if value is None else [value] if isinstance(value, str) else value
    assert set(chosen) <= set(known) or not known, f"{chosen} is not among {known}"
    least = given.get("min_values", 1) if given.get("required", True) else 0
    assert least <= len(chosen) <= given.get("max_values", 1), f"{name} takes another number of answers"
    return _filled(given, values=chosen)
