"""Linking a workspace with a community on another platform, by a link code that a moderator makes and another uses."""

from typing import Final

from bot.slack.forms import View, form_input, labelled, modal, words_modal
from bot.slack.people import Person
from bot.slack.posts import Body
from bot.slack.private_replies import PrivateReplies
from bot.slack.workspace import SlackWorkspace
from reunite import rights
from reunite.handlers import Handlers
from reunite.language import sentence

LINK: Final = "link"
"""The callback of the modal that asks for a code."""
_MAX_CODE: Final = 40


class Linking:
    """Links and unlinks a workspace. Raises TellUserError for anyone but a moderator."""

    def __init__(self, handlers: Handlers) -> None:
        self._handlers = handlers

    async def command(self, words: str, person: Person, private: PrivateReplies) -> None:
        """Handle `/lost link`, which makes a code, `/lost link CODE`, which uses one, and `/lost unlink`."""
        workspace = private.workspace
        match words.split():
            case [_, code]:
                result = await self.link(workspace, person, code)
            case [verb] if verb.lower() == LINK:
                result = await self.make_code(workspace, person)
            case _:
                result = await self.unlink(workspace, person)
        await private.send_words(result, person.language)

    async def make_code(self, workspace: SlackWorkspace, person: Person) -> str:
        """Return a sentence with a new code."""
        _check(person)
        code = await self._handlers.link_code("slack", workspace.team)
        return sentence("link_code", person.language, code=f"*{code}*")

    async def link(self, workspace: SlackWorkspace, person: Person, code: str) -> str:
        """Use a code that was made elsewhere; return a sentence."""
        _check(person)
        await self._handlers.link("slack", workspace.team, code)
        return sentence("linked", person.language)

    async def unlink(self, workspace: SlackWorkspace, person: Person) -> str:
        """Leave the community; return a sentence."""
        _check(person)
        await self._handlers.unlink("slack", workspace.team)
        return sentence("unlinked", person.language)

    @staticmethod
    def form(language: str) -> View:
        """Return the modal that asks for a code."""
        entry = {"type": "plain_text_input", "max_length": _MAX_CODE}
        field = labelled("code", sentence("link_form_label", language), entry, required=True)
        return modal(sentence("link_form", language), [field], language, callback=LINK, context={"language": language})

    async def submit(self, workspace: SlackWorkspace, body: Body) -> View:
        """Use the code of the modal."""
        person = await workspace.person(body["user"]["id"])
        result = await self.link(workspace, person, form_input(body["view"])["code"])
        return words_modal(result, person.language)


def _check(person: Person) -> None:
    rights.check_member("link", is_moderator=person.is_moderator)
