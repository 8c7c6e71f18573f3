"""What a sentence points to is called there as it's called in the sentence, in every language."""

from reunite.language import LANGUAGES, sentence, template, words_in
from tests.support.tables import for_each

_WALLETS = {
    "en": "wallet",
    "de": "geldbeutel",
    "es": "cartera",
    "fr": "portefeuille",
    "it": "portafogli",
    "ja": "財布",
    "nl": "portemonnee",
    "pl": "portfel",
    "pt": "carteira",
    "zh": "钱包",
}


@for_each("language", LANGUAGES)
def test_an_empty_search_leads_to_its_button_and_not_to_a_command(language: str) -> None:
    answers = [template(key, language, 1) for key in ("look_nothing", "look_nothing_found", "look_nothing_else")]
    assert not any("{command" in answer for answer in answers)


@for_each("language", LANGUAGES)
def test_a_sealed_wallet_is_called_a_wallet_wherever_its_category_is_named(language: str) -> None:
    words = words_in(language).page
    for named in (sentence("category_card", language), words["category_card"], words["sealed_for"]):
        assert _WALLETS[language] in named.lower()
