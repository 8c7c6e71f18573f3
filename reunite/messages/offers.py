"""Offers to search for what was posted without a report: words alone, or a photo in a report's thread.

Nothing is stored before the author accepts.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from reunite import rules
from reunite.entities import Report, ReportKind
from reunite.errors import TellUserError
from reunite.messages.reply import Action, Plain, Reply
from reunite.messages.wording import asking, button, explain, line
from reunite.text.finds import reads_as_find
from reunite.text.headlines import says_what_happened, states_a_find
from reunite.text.losses import reads_as_loss
from reunite.text.own_losses import says_lost

ANSWERED_WITHIN: Final = timedelta(minutes=10)
"""Maximum age of a post without photos: older ones have been discussed already."""
TELLS_KIND: Final[Mapping[ReportKind, Action]] = {ReportKind.LOST: "i_lost_it", ReportKind.FOUND: "i_found_it"}
"""The buttons below the question which kind a report is."""
KIND_TOLD: Final[Mapping[Action, ReportKind]] = {action: kind for kind, action in TELLS_KIND.items()}
_OFFERS: Final[Mapping[ReportKind, tuple[str, Action]]] = {
    ReportKind.LOST: ("offer", "look_for_it"),
    ReportKind.FOUND: ("offer_found", "look_for_owner"),
}
"""What the author of a post is asked, and the button that makes it a report."""


def offered_kind(text: str, age: timedelta, kind: ReportKind, *, is_reply: bool) -> ReportKind | None:
    """Return as what kind of report a post without photos is offered in a channel for this kind; None if it isn't.

    Many communities have one channel for both, which counts as one for found things (`bot/channels.py`): there, what
    says that its author has lost something is offered as that.
    """
    if is_reply or age >= ANSWERED_WITHIN:
        return None
    words = text[: rules.MAX_TEXT]
    if kind is ReportKind.LOST or says_lost(words):
        return ReportKind.LOST if reads_as_loss(words) else None
    return kind if reads_as_find(words) else None


def says_other_kind(text: str, kind: ReportKind) -> bool:
    """Return whether a text strictly says another kind of report than this one, which is its channel's."""
    if kind is ReportKind.FOUND:
        return says_lost(text)
    says_loss = says_lost(text) or says_what_happened(text, ReportKind.LOST)
    return states_a_find(text) and reads_as_find(text) and not says_loss


def which_kind(report: Report) -> Reply:
    """Ask whether a report's author has lost or found the thing."""
    buttons = tuple(button(action, report.id, report.language) for action in TELLS_KIND.values())
    return Reply("note", (asking("offer_reply", report.language),), buttons=buttons, about=frozenset({report.id}))


def kind_told(report: Report, kind: ReportKind) -> Reply:
    """Say what the author of a report has told of its kind, in place of the question and of a first reply."""
    return Reply("note", (line(f"kind_told_{kind}", report.language),), about=frozenset({report.id}))


def offer(post: str, kind: ReportKind, language: str, problem: TellUserError | None = None) -> Reply:
    """Ask the author of a post (its idempotency key) whether to look for what it names, or for its owner.

    `problem` is what is wrong with a file of the post, of which only the words can be searched for.
    """
    key, action = _OFFERS[kind]
    said = [(Plain(explain(problem, language)),)] if problem else []
    lines = (*said, line(key, language))
    return Reply("note", lines, buttons=(button(action, uuid5(NAMESPACE_URL, post), language),))


def offer_of_reply(post: str, language: str) -> Reply:
    """Ask who answers a report's post with a photo (their post's idempotency key) whether they lost or found it."""
    buttons = (button(action, uuid5(NAMESPACE_URL, post), language) for _, action in _OFFERS.values())
    return Reply("note", (line("offer_reply", language),), buttons=tuple(buttons))


def kind_of_offer(action: Action) -> ReportKind | None:
    """Return what kind of report a post becomes by the button of its offer; None for all other buttons."""
    return next((kind for kind, offered in _OFFERS.items() if offered[1] == action), None)


def kind_offered(reply: Reply) -> ReportKind | None:
    """Return what kind of report a reply offers to make of a post; None if it asks which, or offers none."""
    match reply.buttons:
        case (only,):
            return kind_of_offer(only.action)
        case _:
            return None


def asks_kind(reply: Reply) -> bool:
    """Return whether a reply asks whether its post's author has lost or found a thing."""
    actions = {button.action for button in reply.buttons}
    return any(actions.issuperset(both) for both in (TELLS_KIND.values(), [action for _, action in _OFFERS.values()]))


def offer_of_own_reply(post: str, kind: ReportKind, report: Report) -> Reply:
    """Tell who answers their own report with a photo (their post's idempotency key) how to add it.

    It may show something else: with another button, it becomes a report of this kind.
    """
    told, action = thread_photo(report), _OFFERS[kind][1]
    other = button(action, uuid5(NAMESPACE_URL, post), report.language)
    lines = (*told.lines, line("thread_photo_other", report.language))
    return replace(told, lines=lines, buttons=(*told.buttons, other))


def thread_photo(report: Report) -> Reply:
    """Tell the author of a report how to search with a photo that they have posted in its thread.

    A sealed report's thread is public, so the photo should go from there.
    """
    add = button("add_photo", report.id, report.language)
    key = "thread_photo_sealed" if report.sealed else "thread_photo"
    return Reply("note", (asking(key, report.language),), buttons=(add,), about=frozenset({report.id}))
