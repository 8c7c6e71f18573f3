"""The outbox's keys are made in one place, and none can be taken for another."""

import inspect
import re
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any, Literal, get_type_hints
from uuid import UUID

from reunite.entities import ClaimState, MatchState, ReportKind
from reunite.messages import keys
from tests.support.sources import PACKAGES

ROOT = Path(__file__).parents[2]
VALUES: dict[Any, tuple[Any, ...]] = {
    UUID: (UUID(int=1),),
    ReportKind: tuple(ReportKind),
    MatchState: tuple(MatchState),
    ClaimState: tuple(ClaimState),
    int: (1, 2),
    datetime: (datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 2, tzinfo=UTC)),
    str: ("1", "press"),
    ReportKind | Literal["moderators"]: (*ReportKind, "moderators"),
}


def test_no_two_replies_share_a_key() -> None:
    made = []
    for _, function in inspect.getmembers(keys, inspect.isfunction):
        hints = get_type_hints(function)
        assert hints.pop("return") is keys.ReplyKey
        made += [function(*values) for values in product(*(VALUES[hint] for hint in hints.values()))]
    assert len(set(made)) == len(made) > 20


def test_keys_are_made_in_their_module_only() -> None:
    """So a mistyped key can't be: the type checker takes no plain text for a `ReplyKey`."""
    making = re.compile(r"ReplyKey\(|(outbox\.(post|revise)\([^)]*f\")|cast\(\"?ReplyKey")
    files = [file for folder in PACKAGES for file in (ROOT / folder).rglob("*.py")]
    assert [file.name for file in files if making.search(file.read_text("utf-8"))] == ["keys.py"]
