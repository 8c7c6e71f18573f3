"""Compares what people did with what the platform's double shows them, and reads nothing else."""

from tests.chaos.people import People, Posted
from tests.chaos.sides import RETURNED, TAKEN_BACK, Side


def faults(side: Side, people: People) -> list[str]:
    """Return what was lost, doubled, or shown after its deletion."""
    everything = "\n".join(side.everything())
    found = [f"{number} messages are the same: {key}" for key, number in side.keys().items() if number > 1]
    for post, posted in people.posts.items():
        found += _of_post(posted, [text for _, text in side.thread(posted.kind, post)], everything)
    lost = [mark for mark, is_taken in people.commands.items() if is_taken() and mark not in everything]
    return [*found, *(f"the command {mark} was taken, and nothing was posted" for mark in lost)]


def _of_post(posted: Posted, texts: list[str], everything: str) -> list[str]:
    if posted.is_deleted:
        return [f"{posted.words} was deleted, and is still shown"] if posted.mark in everything else []
    found = [] if texts else [f"{posted.words} was never answered"]
    if posted.card:
        for words, is_due in ((RETURNED, not posted.is_taken_back), (TAKEN_BACK, posted.is_taken_back)):
            if (times := sum(words in text for text in texts)) != int(is_due):
                found.append(f"{posted.words}: “{words}” {times} times instead of {int(is_due)}")
    return found
