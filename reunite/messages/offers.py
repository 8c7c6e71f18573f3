"""Offers to search for what was posted without a report: words alone, or a photo in a report's thread.

Nothing is stored before the author accepts.
"""

from uuid import NAMESPACE_URL, uuid5

from reunite.entities import Report
from reunite.messages.reply import Reply
from reunite.messages.wording import asking, button, line


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
