"""Titles don't repeat that a thing was found or lost."""

from reunite.entities import ReportKind
from reunite.text.titles import without_verb
from tests.support.tables import for_each

FOUND = {
    "Found in the canteen": "in the canteen",
    "[FOUND] blue bag": "blue bag",
    "Lost and found box": "Lost and found box",
    "found and kept": "found and kept",
    "Foundation brush": "Foundation brush",
    "Gefunden in der Mensa": "in der Mensa",
    "Encontré una llave": "una llave",
    "J’ai trouvé un sac": "un sac",
    "Ho trovato le chiavi": "le chiavi",
    "【拾得物】黒い傘": "黒い傘",
    "財布を拾いました。": "財布",
    "改札で財布を拾ったので届けます": "改札で財布を拾ったので届けます",
    "Sjaal gevonden": "Sjaal",
    "Cartera encontrada!": "Cartera",
    "Gevonden voorwerp: sjaal": "sjaal",
    "Znalazlam klucze": "klucze",
    "Achei um guarda-chuva": "um guarda-chuva",
    "Achados e perdidos": "Achados e perdidos",
    "捡到一个钱包": "一个钱包",
    "捡到的钱包": "捡到的钱包",
    "Found!": "",
}
LOST = {
    "lost my keys": "my keys",
    "🚨LOST🚨 (my) cap": "(my) cap",
    "Lost or stolen: bike": "Lost or stolen: bike",
    "Verloren: Mütze": "Mütze",
    "Schwarze Mütze verloren": "Schwarze Mütze",
    "Habe meine Mütze verloren": "Habe meine Mütze verloren",
    "my mug is lost": "my mug is lost",
    "Perdi minha carteira": "minha carteira",
    "Se me perdió el móvil": "el móvil",
    "Perdu : clés": "clés",
    "Smarrito un ombrello": "un ombrello",
    "落とし物です。財布": "財布",
    "Ik verloor een muts": "een muts",
    "Zgubiłem czapkę": "czapkę",
    "我丢了一把钥匙": "一把钥匙",
}


CASES = [
    (kind, *case) for kind, table in ((ReportKind.FOUND, FOUND), (ReportKind.LOST, LOST)) for case in table.items()
]


@for_each(("kind", "text", "title"), CASES)
def test_a_title_leaves_out_the_verb_that_stands_before_it(kind: ReportKind, text: str, title: str) -> None:
    assert without_verb(text, kind) == title
