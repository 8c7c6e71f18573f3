"""Interactions: commands, message menus, buttons and modals, and what the bot answers to each."""

import asyncio
import time
from collections.abc import Mapping

from tests.doubles import discord_shapes as shapes
from tests.doubles.discord_guild import Guild
from tests.doubles.discord_interaction import Interaction
from tests.doubles.discord_shapes import APPLICATION_ID, Json
from tests.support.waiting import eventually

SLASH, MESSAGE_MENU = 1, 3
COMMAND, COMPONENT, MODAL_SUBMIT = 2, 3, 5
TEXT_INPUT, FILE_UPLOAD = 4, 19
SUB_COMMAND, CHANNEL, ROLE, ATTACHMENT = 1, 7, 8, 11
TOKENS_LAST = 15 * 60
"""Seconds for which an interaction can be answered, then the answer is 401 with code 50027.

docs.discord.com, Receiving and Responding to Interactions; read in November 2026.
"""


class Ui:
    """What people click and type: commands, menus, buttons and modals."""

    def __init__(self, guild: Guild) -> None:
        self._guild = guild
        self.elsewhere: str | None = None
        """The guild where everything is done from now on: one that has the commands, but not the bot.

        developers/interactions/application-commands, "Authorizing Your Application": commands need no bot in a guild
        (read 2026-11-28).
        """

    async def slash(
        self, name: str, user: str, channel: str, photo: tuple[str, bytes] | None = None, **options: str
    ) -> Interaction:
        """Use a command ("lost", "privacy export") in a channel (by name)."""
        first, _, sub = name.partition(" ")
        command = self._command(first, SLASH)
        where = self._guild.channel(channel)
        known = command.get("options", [])
        if sub:
            known = next(one["options"] for one in known if one["name"] == sub)
        types = {one["name"]: one["type"] for one in known}
        given: list[Json] = [{"name": key, "type": types[key], "value": value} for key, value in options.items()]
        resolved: Json = {}
        if photo:
            attachment = self._guild.attach(where, *photo, "image/jpeg")
            given.append({"name": "photo", "type": ATTACHMENT, "value": attachment["id"]})
            resolved["attachments"] = {attachment["id"]: self._guild.link(attachment)}
        if sub:
            given = [{"name": sub, "type": SUB_COMMAND, "options": given}]
        data = {"id": command["id"], "name": first, "type": SLASH, "options": given, "resolved": resolved}
        return await self._interact(COMMAND, user, where, data)

    async def menu(self, name: str, user: str, message: str) -> Interaction:
        """Use a command of a message's menu."""
        command, chosen = self._command(name, MESSAGE_MENU), self._guild.message(message)
        shown = {key: value for key, value in self._guild.linked(chosen).items() if key != "allowed_mentions"}
        resolved = {"messages": {message: shown}}
        data = {"id": command["id"], "name": name, "type": MESSAGE_MENU, "target_id": message, "resolved": resolved}
        return await self._interact(COMMAND, user, chosen["channel_id"], data)

    async def press(self, message: str, words: str, user: str, seen: Json | None = None) -> Interaction:
        """Press the button with these words below a message, or below the older version that somebody still sees."""
        pressed = self._guild.message(message)
        [button] = [button for button in shapes.buttons(seen or pressed) if button["label"] == words]
        data = {"custom_id": button["custom_id"], "component_type": 2}
        return await self._interact(COMPONENT, user, pressed["channel_id"], data, message)

    async def press_and_confirm(self, message: str, words: str, user: str) -> str:
        """Press a button that asks whether it's meant, and confirm that; return what's said then."""
        asked = await self.press(message, words, user)
        await self.answer(asked)
        return await self.confirm(asked.responses[0]["id"], words, user)

    async def confirm(self, question: str, words: str, user: str) -> str:
        """Press a button below a question that is replaced by its answer, and return that."""
        asked = shapes.text(self._guild.message(question))
        await self.press(question, words, user)
        return await eventually(lambda: shapes.text(self._guild.message(question)), holds=lambda text: text != asked)

    async def submit(
        self, opened: Interaction, photos: Mapping[str, bytes] | None = None, **values: str | list[str]
    ) -> Interaction:
        """Fill in a modal that the bot has opened, and send it off; other inputs keep their initial values."""
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
                    attachment["id"]: self._guild.link(attachment)
                    for attachment in (
                        self._guild.attach(opened.where, *photo, "image/jpeg") for photo in (photos or {}).items()
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

    async def answer(self, used: Interaction, within: float = 10) -> str:
        """Wait for what the bot answers to a command, a press or a modal."""
        return await eventually(lambda: used.answer, within=within)

    def _origin(self, user: str, where: str) -> Json:
        """Return what an interaction says of where and by whom: in a direct message there is no guild and no member.

        docs.discord.com, Interaction Object (read 2026-11-26): `user` is sent for direct messages, `member` in guilds.
        """
        if self._guild.channels[where]["type"] == shapes.DM:
            return {"user": self._guild.channels[where]["recipients"][0], "context": 1}
        member = {**self._guild.members[user], "permissions": str(self._guild.may(user, where))}
        guild = self.elsewhere or self._guild.guild_id
        return {"guild_id": guild, "member": member, "guild_locale": "en-US", "context": 0}

    def _command(self, name: str, kind: int) -> Json:
        return next(
            command
            for command in self._guild.commands
            if command["name"] == name and command.get("type", SLASH) == kind
        )

    async def _interact(self, kind: int, user: str, where: str, data: Json, message: str | None = None) -> Interaction:
        token = f"interaction-{self._guild.new_id()}"
        used = Interaction(self._guild.new_id(), token, kind, user, where, time.monotonic(), message)
        self._guild.interactions[token] = used
        origin = self._origin(user, where)
        event: Json = {
            "id": used.id, "token": token, "type": kind, "version": 1, "application_id": APPLICATION_ID,
            "channel_id": where, "channel": self._guild.channels[where], **origin,
            "app_permissions": str(self._guild.may(self._guild.bot_id, where)),
            "locale": self._guild.locales.get(user, "en-GB"),
            "attachment_size_limit": 10_000_000, "entitlements": [], "data": data,
        }  # fmt: skip
        if message:
            event["message"] = {
                key: value for key, value in self._guild.message(message).items() if key != "allowed_mentions"
            }
        await self._guild.gateway.dispatch("INTERACTION_CREATE", event)
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
