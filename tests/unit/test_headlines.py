"""Whether a text says what happened to a thing, so that its title needn't."""

from reunite.entities import ReportKind
from reunite.text.headlines import says_what_happened
from tests.support.tables import for_each

FOUND, LOST = ReportKind.FOUND, ReportKind.LOST
SAYING = {
    FOUND: """Found in the canteen|[FOUND] blue bag|Found 🔑|Owner found|I’ve just found a mug|Umbrella found, blue
        Gefunden in der Mensa|Ich habe einen Schal gefunden|Encontrado en la biblioteca|He encontrado un perro|Cartera
        encontrada!|J’ai trouvé un sac|Trouvé à la gare|Ho trovato le chiavi|Sjaal gevonden|Znalazłam klucze|Achei um
        guarda-chuva|Walking the dog I found this glove|Paseando encontré un guante|
        昨日駅で財布を拾いました。|捡到一个钱包""",
    LOST: """lost my keys|🚨LOST🚨 (my) cap|I think I lost my hat|my mug is lost|Mütze verloren 😢|Mein Handy ging
        verloren|¡Perdido! ¿Alguien lo ha visto?|Se me perdió el móvil|J'ai tout perdu|Perdu : clés|Smarrito un
        ombrello|Ik ben mijn pet kwijt|Zgubiłem czapkę|Perdi minha carteira|財布を落としてしまいました|钱包丢了""",
}
SILENT = {
    FOUND: "Foundation brush|I lost my keys|The hat that was found on Monday in the bus|Gefundenes Fressen|傘",
    LOST: 'The Raiders of the Lost Ark DVD|掉了一颗纽扣的外套|Buch "Verloren"|my black hat|Found in the canteen|',
}


def cases(table: dict[ReportKind, str], *, says: bool) -> list[tuple[ReportKind, str, bool]]:
    return [(kind, " ".join(text.split()), says) for kind, texts in table.items() for text in texts.split("|")]


@for_each(("kind", "text", "says"), cases(SAYING, says=True) + cases(SILENT, says=False))
def test_a_text_says_what_happened_at_its_beginning_or_at_an_end(kind: ReportKind, text: str, *, says: bool) -> None:
    assert says_what_happened(text, kind) is says
