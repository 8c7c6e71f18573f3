"""Embeddings of two ways of reading must never be compared: whatever changes the embedded words changes the version."""

import hashlib
from pathlib import Path

import pytest

from reunite.text import embedded_words
from reunite.text.data import read_text
from reunite.text.normalise import normalise
from reunite.text.parts import parts
from tests.support.tables import rows_of

_RECORDED = Path(__file__).parents[1] / "data/embedded_words.txt"
_TABLES = ("chat.tsv", "chat_held_out.tsv", "chat_later.tsv", "chat_regional.tsv", "chat_blind.tsv")


def _digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def test_what_is_embedded_changes_only_with_the_version() -> None:
    texts = [report["text"] for name in _TABLES for report in rows_of(name)]
    embedded = [thing for text in texts for thing in (normalise(text), *parts(text))]
    now = f"{_digest(embedded_words.reading_version())} {_digest(*embedded)}"
    recorded = _RECORDED.read_text("ascii").strip()
    if now.split(maxsplit=1)[0] == recorded.split()[0]:
        assert now == recorded, "Other words are embedded: raise RULES in reunite/text/embedded_words.py"
    assert now == recorded, f"Every installation will embed anew. If that is meant, write to {_RECORDED.name}: {now}"


@pytest.mark.parametrize("table", ["lexicon.tsv", "endings.toml", "word_lists.toml", "kinds.toml", "written_out.toml"])
def test_each_table_that_is_read_is_part_of_the_version(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = embedded_words.reading_version()
    monkeypatch.setattr(embedded_words, "read_text", lambda name: read_text(name) + ("#" if name == table else ""))
    assert embedded_words.reading_version() != before


def test_the_rules_are_part_of_the_version(monkeypatch: pytest.MonkeyPatch) -> None:
    before = embedded_words.reading_version()
    monkeypatch.setattr(embedded_words, "RULES", embedded_words.RULES + 1)
    assert embedded_words.reading_version() != before
