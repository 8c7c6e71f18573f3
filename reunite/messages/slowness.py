"""Messages to moderators when answers take too long."""

from reunite.language import plural, sentence
from reunite.messages.reply import Plain, Reply
from reunite.messages.wording import line


def began(posts: int, minutes: int, language: str, *, has_worker: bool) -> Reply:
    """Say how long the oldest post has waited, how many wait, and whether there is anything that works on them."""
    sentences = [plural("slow_waiting", posts, language)]
    if not has_worker:
        sentences.append(sentence("slow_no_worker", language))
    sentences.append(sentence("slow_nothing_lost", language))
    return Reply("note", (line("slow_began", language, minutes), *((Plain(text),) for text in sentences)))


def ended(language: str) -> Reply:
    return Reply("note", (line("slow_ended", language),))
