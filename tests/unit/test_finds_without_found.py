"""Finds that say neither that a thing was found nor that it was lost, and what only reads like them."""

from reunite.text.finds import reads_as_find
from tests.support.tables import for_each


@for_each(
    "text",
    [
        "if you're missing a bike light I have it",
        "Falls jemand eine Brille vermisst: ist bei mir",
        "Si quelqu'un cherche une lampe de vélo, je l'ai",
        "jeśli komuś brakuje szalika, to ja go mam",
        "財布なくした人いたら私が持ってます",
        "谁少了耳机？在我这",
        "Nach dem Konzert ist eine Jeansjacke übrig geblieben",
        "Il reste une veste en jean au vestiaire",
        "dopo il concerto è rimasta una giacca",
        "ライブの後にジャケットが残ってました",
        "演出结束后多了一件外套",
        "Fundsache: Hausschlüssel mit rotem Anhänger",
        "招领：家门钥匙",
        "Wem ist das Portemonnaie?",
        "este gorro lleva en el radiador desde la venta",
        "esse gorro tá no aquecedor desde ontem",
        "einzelner Ohrring ist aufgetaucht",
        "6号桌还插着一个充电器",
    ],
)
def test_a_find_says_who_has_it_or_that_it_was_left_over(text: str) -> None:
    assert reads_as_find(text)


@for_each(
    "text",
    [
        "If you lost your ticket, ask at reception",
        "Wenn du deinen Schlüssel vermisst, frag im Büro",
        "Fehlt jemandem noch ein Ticket?",
        "heeft iemand een oplader te leen?",
        "This bag has been my favourite since school",
        "失物招领处今天开门吗",
    ],
)
def test_advice_and_offers_are_no_finds(text: str) -> None:
    assert not reads_as_find(text)
