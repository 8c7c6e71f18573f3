"""Replies as Slack shows them, and the snapshots of its blocks and views."""

import os
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import yaml

from reunite.entities import Member, ReplyTarget
from reunite.messages.reply import Jump, Person, Plain, Quoted, Reply
from tests.support.sample_replies import Samples

SNAPSHOTS: Final = Path(__file__).parents[1] / "unit" / "snapshots"
POST: Final = ReplyTarget("slack", "T1", "C1", "1800000000.000001")
ADA, BEN, MO = Member("U1", "Ada"), Member("U2", "Ben"), Person("slack", Member("U3", "Mo"))
HOSTILE: Final = "<!channel> <@U1> *bold* `code` & <http://x|y>"


def link_to(target: ReplyTarget) -> str | None:
    """Return where a post would be."""
    return f"https://world.slack.com/archives/{target.channel}/p{target.message}"


def samples(language: str = "en") -> Samples:
    """Return reports and what belongs to them."""
    return Samples(POST, ADA, BEN, MO, HOSTILE, language)


def replies(language: str = "en") -> dict[str, Reply]:
    """Return one reply of each kind that Slack gets, by a name for it."""
    return {**samples(language).public(), **samples(language).private()}


def hostile() -> Reply:
    """Return a reply that quotes what would ping everybody."""
    return Reply("report_post", ((Quoted(HOSTILE, UUID(int=1)),),))


def jump() -> Reply:
    """Return a reply whose link leads nowhere."""
    return Reply("rejected", ((Plain("Mo says "), Jump(UUID(int=1), "that post"), Plain(" isn't it.")),))


def same_as_before(name: str, shown: Any) -> bool:
    """Return whether the shown blocks are those of the file; WRITE_SNAPSHOTS=1 rewrites the file."""
    file = SNAPSHOTS / f"slack_{name}.yaml"
    if os.environ.get("WRITE_SNAPSHOTS"):
        file.write_text(yaml.safe_dump(shown, allow_unicode=True, sort_keys=False, width=110), "utf-8")
    return bool(shown == yaml.safe_load(file.read_text("utf-8")))
