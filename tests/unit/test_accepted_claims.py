"""Who accepts a claim reads whose the item is where owner and finder get a conversation: in one workspace."""

from dataclasses import replace

import pytest

from reunite.entities import Member, ReplyTarget
from reunite.messages.handovers import accepted
from reunite.messages.reply import Person
from tests.support.sample_replies import Samples

_HERE = ReplyTarget("discord", "here", "lost", "1")
_SAMPLES = Samples(_HERE, Member("1", "Ada"), Member("2", "Ben"), Person("discord", Member("3", "Mo")), "")


@pytest.mark.parametrize(("private", "workspace", "is_named"), [
    (False, "here", True),
    (False, "elsewhere", False),
    (True, "here", True),
    (True, "elsewhere", False),
])  # fmt: skip
def test_the_owner_is_named_only_where_a_conversation_names_them(
    *, private: bool, workspace: str, is_named: bool
) -> None:
    lost = replace(_SAMPLES.lost, private=private)
    found = replace(_SAMPLES.found, target=replace(_HERE, workspace=workspace))
    assert ("Ada" in accepted(lost, found, "en").text()) is is_named
