"""Offers to search for what was posted without a report: words alone, or a photo in a report's thread.

Nothing is stored before the author accepts.
"""

from datetime import timedelta
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from reunite import rules
from reunite.entities import Report
from reunite.messages.reply import Reply
from reunite.messages.wording import asking, button, line
from reunite.text.heads import names_a_thing

ANSWERED_WITHIN: Final = timedelta(minutes=10)
"""Maximum age of a post without photos: older ones have been discussed already."""


def is_offered(text: str, age: timedelta, *, is_reply: bool) -> bool:
    """Return whether the author of a post without photos, among the lost things, is asked whether to look for it."""
    is_new = not is_reply and age < ANSWERED_WITHIN
    return is_new and len(text) <= rules.MAX_TEXT and names_a_thing(text)


def offer(post: str, language: str) -> Reply:
    """Ask the author of a post (its idempotency key) whether to look for what it names."""
    return Reply(
        "note", (line("offer", language),), buttons=(button("look_for_it", uuid5(NAMESPACE_URL, post), language),)
    )


def thread_photo(report: Report) -> Reply:
    """Tell the author of a report how to search with a photo that they have posted in its thread.

    A sealed report's thread is public, so the photo should go from there.
    """
    add = button("add_photo", report.id, report.language)
    key = "thread_photo_sealed" if report.sealed else "thread_photo"
    return Reply("note", (asking(key, report.language),), buttons=(add,), about=frozenset({report.id}))
