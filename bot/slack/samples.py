"""Posts the samples that the App Home offers."""

from bot.sample_pair import sample_pair
from bot.slack.forms import View, reply_modal
from bot.slack.people import Person
from bot.slack.workspace import SlackWorkspace
from reunite.entities import ReplyTarget, ReportKind
from reunite.handlers import Handlers


class Samples:
    """Posts samples where reports are posted."""

    def __init__(self, handlers: Handlers) -> None:
        self._handlers = handlers

    async def post(self, workspace: SlackWorkspace, person: Person) -> View:
        """Post the samples, and return what to show to the moderator. Raises TellUserError."""
        pair = sample_pair(*(_target(workspace, kind) for kind in (ReportKind.FOUND, ReportKind.LOST)))
        reply = await self._handlers.samples.post(pair, person.language, is_moderator=person.is_moderator)
        return reply_modal([reply], workspace.link_to, person.language)


def _target(workspace: SlackWorkspace, kind: ReportKind) -> ReplyTarget | None:
    channel = workspace.channel_for(kind, None)
    return workspace.target(channel, None) if channel else None
