"""Linking a workspace with a community on another platform, by a link code that a moderator makes and another uses."""

from typing import Final

from bot.slack.forms import View, form_input, labelled, modal, plain, section, words_modal
from bot.slack.manifest import command_names
from bot.slack.markup import escape
from bot.slack.people import Person
from bot.slack.posts import Body
from bot.slack.private_replies import PrivateReplies
from bot.slack.workspace import SlackWorkspace
from reunite import rights
from reunite.errors import TellUserError
from reunite.handlers import Handlers
from reunite.language import sentence
from reunite.messages import wording
from reunite.messages.forms import unlink_confirmation

LINK: Final = "link"
"""The callback of the modal that asks for a code."""
UNLINK: Final = "unlink"
"""The callback of the modal that asks whether to unlink."""
_MAX_CODE: Final = 40


class Linking:
    """Links and unlinks a workspace. Raises TellUserError for anyone but a moderator."""

    def __init__(self, handlers: Handlers) -> None:
        self._handlers = handlers

    async def command(self, key: str, code: str, person: Person, private: PrivateReplies) -> None:
        """Handle `/lost link` (makes a code), `/lost link CODE` (uses one) and `/lost unlink` (asks first)."""
        workspace = private.workspace
        if key == UNLINK:
            await private.show(await self.question(workspace, person))
            return
        using = self.link(workspace, person, code) if code else self.make_code(workspace, person)
        await private.send_words(await using, person.language)

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

    async def question(self, workspace: SlackWorkspace, person: Person) -> View:
        """Return the modal that asks whether to unlink. Raises TellUserError if there's no link."""
        _check(person)
        await self._handlers.forms.check_linked("slack", workspace.team)
        language = person.language
        asked, part = unlink_confirmation(language), sentence("home_unlink", language)
        view = modal(part, [section(escape(asked.question))], language, callback=UNLINK, context={"language": language})
        return {**view, "submit": plain(part), "close": plain(asked.keep)}

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

    async def submit_unlink(self, workspace: SlackWorkspace, body: Body) -> View:
        """Leave the community, as the modal has asked."""
        person = await workspace.person(body["user"]["id"])
        try:
            _check(person)
            await self._handlers.unlink("slack", workspace.team)
            result = sentence("unlinked", person.language)
        except TellUserError as error:  # the modal has no field to say it at
            result = escape(wording.explain(error, person.language, command_names(person.language)))
        return words_modal(result, person.language)


def _check(person: Person) -> None:
    rights.check_member("link", is_moderator=person.is_moderator)
