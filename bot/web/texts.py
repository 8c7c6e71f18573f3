"""The page's own words, in the language that was chosen for it."""

from dataclasses import replace
from typing import Final

from aiohttp import web

from bot.web import requests
from bot.web.chat import DEFAULT_LANGUAGE, WORKSPACE, Chat
from reunite.commands import ChangeSettings
from reunite.handlers import Handlers
from reunite.language import LANGUAGES, command, words_in

_COMMANDS: Final = ("lost", "found", "sealed", "search", "mine", "privacy", "stats", "help")
"""What can be typed on the page."""


class Texts:
    """Tells the page its words, and lets people choose their language."""

    def __init__(self, handlers: Handlers, chat: Chat) -> None:
        self._handlers = handlers
        self._chat = chat
        self._is_chosen = False
        """Whether a language was chosen: until then, a browser's becomes that of an empty page."""

    async def show(self, _: web.Request) -> web.Response:
        """Return the words, the names of the commands, and the languages to choose from."""
        language = self._chat.language
        is_new = not self._is_chosen and language == DEFAULT_LANGUAGE and self._chat.is_empty
        return web.json_response(
            {
                "language": language,
                "isNew": is_new,
                "languages": {code: words_in(code).page["language_name"] for code in LANGUAGES},
                "words": words_in(language).page,
                "commands": names_of_commands(language),
            }
        )

    async def choose(self, request: web.Request) -> web.Response:
        """Choose the language of the page and of all further replies on it."""
        body = await requests.json_body(request)
        language = requests.text(body.get("language"))
        if language not in LANGUAGES:
            raise web.HTTPBadRequest
        settings = await self._handlers.settings("web", WORKSPACE)
        changed = replace(settings, language=language)
        await self._handlers.set_up(ChangeSettings(platform="web", workspace=WORKSPACE, settings=changed))
        self._chat.language, self._is_chosen = language, True
        return web.json_response({})


def names_of_commands(language: str) -> dict[str, list[str]]:
    """Return how each command may be typed: in English, and last as it's shown in this language."""
    return {name: [name, command(name, language).name] for name in _COMMANDS}
