from importlib import resources

from workers.encoders.concept_words import ConceptWords

_FOLDER = resources.files("workers.encoders")
WORDS = _FOLDER.joinpath("concept_words.tsv").read_text(encoding="utf-8")
NOUNS = _FOLDER.joinpath("concept_nouns.tsv").read_text(encoding="utf-8")
READ = ConceptWords(WORDS, NOUNS)


def phrases_of(text: str) -> set[str]:
    return {READ.phrases[entry] for entry in READ.mentioned(text)}


def test_every_further_noun_says_a_phrase_of_the_concepts() -> None:
    for line in NOUNS.splitlines():
        noun, phrases = line.split("\t")
        assert {phrase.strip() for phrase in phrases.split(",")} <= phrases_of(noun), noun


def test_they_are_about_a_hundred_and_none_is_a_phrase_already() -> None:
    nouns = [line.split("\t")[0] for line in NOUNS.splitlines()]
    assert len(nouns) == len(set(nouns)) >= 100
    assert not set(nouns) & set(READ.phrases)


def test_a_noun_stands_for_the_nearest_concept_and_longer_nouns_win() -> None:
    assert "scarf" in phrases_of("a green muffler")
    assert phrases_of("a football boot") == {"sports shoe"}
    assert "bath toy" in phrases_of("yellow rubber duck")


def test_they_change_neither_the_phrases_nor_texts_without_them() -> None:
    plain = ConceptWords(WORDS)
    assert plain.phrases == READ.phrases
    for text in ("red rucksack with badges", "a water bottle", "reading glasses", "hoodie, green"):
        assert plain.mentioned(text) == READ.mentioned(text)
