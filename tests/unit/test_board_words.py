"""The board says nothing but what the language files have, and uses all of it."""

import re
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

import board
from board.pages import MENU
from db.board_waiting import Waiting
from reunite.entities import ClaimState, MatchState, ReportKind, ReportState, VerdictKind
from reunite.language import words_in

FOLDER = Path(board.__file__).parent
_USED = re.compile(r'\bt\("(\w+)"[,)]|else t\("(\w+)"\)')
_COMPOSED = re.compile(r'\bt\("(\w+_)" ~')
_IN_CODE = re.compile(r'_word\("(\w+)"\)|\.board\["(\w+)"\]|status_code: "(\w+)"|\bstatus, "(\w+)"')
_WORDS = re.compile(r">\s*([^<>{}\s][^<>{}]*[A-Za-z]{3}[^<>{}]*)<")
PARTS: dict[str, Iterable[str]] = {
    "menu_": MENU,
    "kind_": ReportKind,
    "state_": [*sorted(set(ReportState) - {"look"}), "unanswered", "ending"],
    "waiting_": [field.name for field in fields(Waiting) if field.name != "handovers"],
    "match_": MatchState,
    "claim_": [*ClaimState, "accept", "reject"],
    "open_report_": ReportKind,
    "log_": [
        *(f"{kind}{back}" for kind in VerdictKind for back in ("", "_back")),
        *(f"deleted_{kind}" for kind in ReportKind),
        "released_by",
    ],
    "log_claim_": [ClaimState.ACCEPTED, ClaimState.REJECTED],
    "number_": ("lost", "found", "returned"),
}


def source(suffix: str) -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted(FOLDER.rglob(f"*{suffix}")))


def test_every_word_of_the_board_is_in_the_language_files_and_none_is_left_over() -> None:
    pages = source(".html")
    assert set(_COMPOSED.findall(pages)) == set(PARTS)
    found = [*_USED.findall(pages), *_IN_CODE.findall(source(".py"))]
    used = {key for keys in found for key in keys if key}
    composed = {f"{start}{end}" for start, ends in PARTS.items() for end in ends}
    assert used | composed == set(words_in("en").board)


def test_the_pages_have_no_words_of_their_own() -> None:
    shown = {words.strip() for words in _WORDS.findall(source(".html"))}
    assert {words for words in shown if "%" not in words} == {"Reunite"}
