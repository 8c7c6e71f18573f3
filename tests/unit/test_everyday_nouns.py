"""Everyday names of lost things in nine languages, also misspelt or written as one word, each in a short post."""

from uuid import UUID

from reunite.entities import ReportKind
from reunite.matching.evidence import Item
from reunite.matching.features import extract
from reunite.text.kinds import relation
from tests.support.labelled_sets import LONG_AGO
from tests.unit.test_chat_reports import reports

_POSTS = {
    "en": "lost my {}, please help",
    "de": "{} verloren, bitte melden",
    "fr": "perdu {}, merci",
    "es": "perdí {}, gracias",
    "pt": "perdi {}, obrigado",
    "it": "ho perso {}, grazie",
    "pl": "zgubiono {}, dziękuję",
    "ja": "{}をなくしました",
    "zh": "丢了{},谢谢",
}


def _thing(row: dict[str, str]) -> str:
    text = _POSTS[row["language"]].format(row["word"])
    read = extract(Item(UUID(int=1), ReportKind.LOST, text, "", LONG_AGO, time_is_stated=False))
    return "; ".join(read.nouns)


def test_an_everyday_noun_is_understood() -> None:
    wrong = [
        (row["word"], row["thing"], noun)
        for row in map(dict, reports("everyday_nouns.tsv"))
        if not (noun := _thing(row)) or (noun.split()[-1] != row["thing"] and relation(row["thing"], noun) != "same")
    ]
    assert not wrong
