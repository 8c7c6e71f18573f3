"""The form of a text that is compared: English, spelling corrected, without negated words."""

from reunite.text.colour_words import without_surnames
from reunite.text.corrections import without_what_it_is_not
from reunite.text.handles import name_handles
from reunite.text.lexicon import to_english
from reunite.text.misspellings import correct_misspellings, name_soft_toys, split_compounds
from reunite.text.models import name_models
from reunite.text.negation import strip_negations
from reunite.text.one_each import tell_apart
from reunite.text.other_scripts import CYRILLIC
from reunite.text.spelling import correct_spelling
from reunite.text.straps import name_straps


def normalise(text: str) -> str:
    """Translate the words we know to English, correct the spelling of English texts, and strip negations."""
    text = name_handles(text) if CYRILLIC.search(text) else text
    text = without_what_it_is_not(without_surnames(correct_misspellings(name_models(text))))
    english = name_soft_toys(to_english(text))
    read = name_straps(english, text) if english != text else split_compounds(correct_spelling(text))
    return tell_apart(strip_negations(read))
