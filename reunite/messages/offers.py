"""The offer to search for a post without a photo; nothing is stored before the author accepts."""

from uuid import NAMESPACE_URL, uuid5

from reunite.messages.reply import Reply
from reunite.messages.wording import button, line


def offer(post: str, language: str) -> Reply:
    """Ask the author of a post (its idempotency key) whether to look for what it names."""
    return Reply(
        "note", (line("offer", language),), buttons=(button("look_for_it", uuid5(NAMESPACE_URL, post), language),)
    )
