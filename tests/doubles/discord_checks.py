"""Discord's limits on what a bot sends, commands, messages and modals, as its documentation states them.

The pages are named below the address https://docs.discord.com/developers/. They were read on 2026-11-26 in their
repository, discord/discord-api-docs, as of 2026-08-06 (c98d64bc).
"""

import re
from collections.abc import Iterable, Mapping

from tests.doubles.discord_rest_base import EMPTY_MESSAGE, INVALID_FORM
from tests.doubles.discord_shapes import Json, inputs

ACTION_ROW, BUTTON, TEXT_INPUT, FILE_UPLOAD, LABEL = 1, 2, 4, 19, 18
# resources/message, "Message Flags".
SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS = 1 << 2, 1 << 12
_SELECTS = {3, 5, 6, 7, 8}
# interactions/application-commands, "Application Command Naming"; the double lets no capitals through either.
_COMMAND_NAME = re.compile(r"[-_'\w]{1,32}")
# resources/message, "Embed Limits".
_EMBED = {"title": 256, "description": 4096, "url": 2048}
_MAX_COLOUR = 0xFFFFFF
# reference, "Locales": those that Reunite translates to.
_LOCALES = {"de", "en-GB", "en-US", "es-ES", "es-419", "fr", "it", "ja", "nl", "pl", "pt-BR", "zh-CN", "zh-TW"}


def check_message(payload: Json, files: Iterable[str], *, flags: int = SUPPRESS_NOTIFICATIONS) -> None:
    """Raise ApiError for a message that Discord would not take; `flags` are those that it may have."""
    embeds, files = payload.get("embeds") or [], list(files)
    if not ((payload.get("content") or "").strip() or files or any(embed.get("description") for embed in embeds)):
        raise EMPTY_MESSAGE
    # resources/message, "Create Message": content up to 2000 characters, nonce up to 25, 10 embeds, 6000 in all embeds.
    _require(len(payload.get("content") or "") <= 2000, len(str(payload.get("nonce") or "")) <= 25)
    _require(len(embeds) <= 10, len(files) <= 10, sum(_embed(embed) for embed in embeds) <= 6000)
    # "Create Message" and "Message Flags": a bot may set these; IS_COMPONENTS_V2, which the bot doesn't use, forbids
    # content and embeds (read 2026-11-29).
    _require(not int(payload.get("flags") or 0) & ~(flags | SUPPRESS_EMBEDS))
    _require(bool(payload.get("nonce")) or not payload.get("enforce_nonce"))
    _check_files(payload, embeds, files)
    _check_mentions(payload.get("allowed_mentions") or {})
    check_rows(payload.get("components") or [])


def _check_files(payload: Json, embeds: list[Json], files: list[str]) -> None:
    # reference, "Uploading Files": `attachments` names the files of the request by their numbers, and an embed shows
    # one as attachment://name (read 2026-11-29).
    named = payload.get("attachments") or []
    names = {*files, *(attachment.get("filename") for attachment in named)}
    _require(len({str(attachment["id"]) for attachment in named}) == len(named))
    for embed in embeds:
        for part in ("image", "thumbnail"):
            url = embed.get(part, {}).get("url", "https://")
            _require(url.startswith(("http://", "https://")) or url.removeprefix("attachment://") in names)


def _check_mentions(allowed: Json) -> None:
    # resources/message, "Allowed Mentions Object": up to 100 users and roles, and none where `parse` has their kind
    # (read 2026-11-29).
    parse = set(allowed.get("parse") or [])
    _require(parse <= {"everyone", "roles", "users"})
    for kind in ("roles", "users"):
        named = allowed.get(kind) or []
        _require(len(named) <= 100, not (named and kind in parse), len({*map(str, named)}) == len(named))


def check_rows(rows: list[Json]) -> None:
    buttons = [component for row in rows for component in row["components"]]
    # components/reference: "Legacy Message Component Behavior" (5 rows), "Action Row" (5 buttons), "Button" (label to
    # 80), "Anatomy of a Component" (custom_id of 1 to 100, unique in its message).
    _require(len(rows) <= 5, all(1 <= len(row["components"]) <= 5 for row in rows))
    _require(len({button["custom_id"] for button in buttons}) == len(buttons))
    _require(all(len(button["label"].strip()) > 0 and len(button["label"]) <= 80 for button in buttons))
    _require(all(0 < len(button["custom_id"]) <= 100 for button in buttons))
    # "Action Row", "Button", "Button Styles": 1 to 4 have a custom_id and no address (read 2026-11-29).
    _require(all(row["type"] == ACTION_ROW for row in rows))
    _require(all(button["type"] == BUTTON and 1 <= button["style"] <= 4 and "url" not in button for button in buttons))


def check_thread_name(name: str, forbidden: Iterable[str] = ()) -> None:
    # resources/channel, "Start Thread from Message".
    _require(1 <= len(name) <= 100, not any(word in name.casefold() for word in forbidden))


def check_thread(payload: Json) -> None:
    # resources/channel, "Thread Metadata Object" (minutes), "Channel Object" (5 tags; read 2026-11-29).
    _require(payload.get("auto_archive_duration", 60) in {60, 1440, 4320, 10080})
    _require(len(payload.get("applied_tags") or []) <= 5)


def check_page(query: Mapping[str, str]) -> None:
    """Refuse what no list of messages, threads or reactions takes."""
    # resources/message, "Get Channel Messages": 1 to 100, and one of around, before and after; "Get Reactions", and
    # resources/channel, "List Public Archived Threads" (read 2026-11-29).
    _require(1 <= int(query.get("limit", "1")) <= 100, len({"around", "before", "after"} & query.keys()) <= 1)


def check_modal(modal: Json) -> None:
    labels = modal["components"]
    # interactions/receiving-and-responding, "Modal": title up to 45, 1 to 5 components.
    _require(1 <= len(modal["title"]) <= 45, 1 <= len(modal["custom_id"]) <= 100, 1 <= len(labels) <= 5)
    for label in labels:
        # components/reference, "Label": label up to 45, description up to 100.
        _require(label["type"] == LABEL, 1 <= len(label["label"]) <= 45, len(label.get("description") or "") <= 100)
    names = [given["custom_id"] for given in inputs(modal)]
    _require(len(set(names)) == len(names))
    for given in inputs(modal):
        _input(given)


def check_commands(commands: list[Json]) -> None:
    # interactions/application-commands, "Registering a Command": 100 commands and 15 of a menu (read 2026-11-29).
    _require(len([command for command in commands if command.get("type", 1) == 1]) <= 100)
    _require(len([command for command in commands if command.get("type", 1) == 3]) <= 15)
    _require(len({(command["name"], command.get("type", 1)) for command in commands}) == len(commands))
    for command in commands:
        _require(_size(command) <= 8000)
        if command.get("type", 1) == 1:
            _option(command)
        else:
            _names(command, lambda name: 1 <= len(name) <= 32)
            _require(not command.get("description"))


def _size(option: Json) -> int:
    """Return how many characters a command has in its longest language: its names, descriptions and values."""
    # interactions/application-commands, "Application Command Structure": 8,000 (read 2026-11-29).
    names = [option["name"], *(option.get("name_localizations") or {}).values()]
    words = [option.get("description") or "", *(option.get("description_localizations") or {}).values()]
    values = sum(len(choice["name"]) + len(str(choice["value"])) for choice in option.get("choices") or [])
    inner = sum(_size(inner) for inner in option.get("options") or [])
    return max(map(len, names)) + max(map(len, words)) + values + inner


def _option(option: Json) -> None:
    _names(option, lambda name: bool(_COMMAND_NAME.fullmatch(name)) and name == name.lower())
    # interactions/application-commands, "Application Command Structure": description of 1 to 100, 25 options.
    descriptions = [option["description"], *(option.get("description_localizations") or {}).values()]
    _require(all(1 <= len(description) <= 100 for description in descriptions))
    options = option.get("options") or []
    _require(len(options) <= 25, len({option["name"] for option in options}) == len(options))
    # The same page, "Application Command Option Structure": required ones first, and 25 choices.
    needed = [bool(inner.get("required")) for inner in options]
    _require(needed == sorted(needed, reverse=True), len(option.get("choices") or []) <= 25)
    for inner in options:
        _option(inner)


def _names(command: Json, is_good: object) -> None:
    assert callable(is_good)
    localized = command.get("name_localizations") or {}
    _require(set(localized) <= _LOCALES, all(is_good(name) for name in (command["name"], *localized.values())))


def _embed(embed: Json) -> int:
    """Return how much of an embed counts."""
    _require(all(len(embed.get(part, "")) <= most for part, most in _EMBED.items()))
    _require(re.match("https?://", embed.get("url") or "https://"), 0 <= (embed.get("color") or 0) <= _MAX_COLOUR)
    footer = embed.get("footer", {}).get("text", "")
    _require(len(footer) <= 2048, not embed.get("fields"))
    return len(embed.get("title", "")) + len(embed.get("description", "")) + len(footer)


def _input(given: Json) -> None:
    # components/reference, "Text Input" (4000 characters, placeholder 100), "File Upload" (10 files), "String Select"
    # (25 options, placeholder 150).
    if given["type"] == TEXT_INPUT:
        _require(len(given.get("placeholder") or "") <= 100, 1 <= given.get("max_length", 4000) <= 4000)
        _require(len(given.get("value") or "") <= given.get("max_length", 4000), not given.get("label"))
    elif given["type"] == FILE_UPLOAD:
        _require(0 <= given.get("min_values", 1) <= given.get("max_values", 1) <= 10)
    else:
        _require(given["type"] in _SELECTS, len(given.get("placeholder") or "") <= 150)
        _require(0 <= given.get("min_values", 1) <= given.get("max_values", 1) <= 25)
        options = given.get("options") or []
        _require(len(options) <= 25, all(1 <= len(option["label"]) <= 100 for option in options))
        _require(given["type"] != 3 or len(options) >= given.get("max_values", 1))


def _require(*conditions: object) -> None:
    if not all(conditions):
        raise INVALID_FORM
