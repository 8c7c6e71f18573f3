"""What quantised vectors say of a query: the nearest, and the background, with or without a first-stage scan."""

from itertools import pairwise
from uuid import UUID

import numpy as np
import pytest

from db import answers
from db.answers import estimate
from db.columns import Rows
from db.principal_axes import PrincipalAxes
from db.rare_words import Sampled, boilerplate_of_sample
from db.vectors import ID, Target
from reunite.matching.evidence import PairKind

COUNT = 3000


def ids(count: int) -> np.ndarray[tuple[int], np.dtype[np.void]]:
    return np.frombuffer(b"".join(number.to_bytes(16, "big") for number in range(count)), ID)


def vectors(count: int, seed: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Return vectors that extend less along each further axis, as those of encoders do."""
    random = np.random.default_rng(seed)
    found = random.standard_normal((count, 160)) * 0.96 ** np.arange(160)
    scaled: np.ndarray[tuple[int, int], np.dtype[np.float32]] = (
        found / np.linalg.norm(found, axis=1, keepdims=True)
    ).astype(np.float32)
    return scaled


@pytest.mark.parametrize("parts", [1, 2])
def test_two_stages_find_the_same_and_nearly_the_same_background(monkeypatch: pytest.MonkeyPatch, parts: int) -> None:
    every = vectors(COUNT, 1)
    axes = PrincipalAxes.of(every)
    columns = {"ids": ids(COUNT), "quantised": axes.quantise(every), "projections": axes.project(every)}
    bounds = np.linspace(0, COUNT, parts + 1).astype(int)
    rows = Rows([{name: column[start:end] for name, column in columns.items()} for start, end in pairwise(bounds)])
    kinds = (PairKind.TEXT_TEXT, PairKind.TEXT_TEXT)
    target = Target("shared", "text", kinds, (None, None), vectors(2, 2))
    monkeypatch.setattr(answers, "_MIN_SHORTLIST", COUNT)
    [exactly] = estimate(target, axes, rows, rows, 50).values()
    monkeypatch.setattr(answers, "_MIN_SHORTLIST", 500)
    [two_stage] = estimate(target, axes, rows, rows, 50).values()
    assert two_stage.nearest.tolist() == exactly.nearest.tolist()
    right = (target.vectors @ every.T).max(axis=0)
    for found in (exactly, two_stage):
        assert found.count == COUNT
        assert abs(found.mean - right.mean()) < 0.3 * right.std()
        assert found.mean == pytest.approx(found.sampled.mean(), abs=1e-4)
        assert found.variance == pytest.approx(found.sampled.var(), rel=1e-3)


def test_rows_of_several_places_are_numbered_through() -> None:
    parts = [{"ids": ids(3), "numbers": np.array([0, 1, 2])}, {"ids": ids(0), "numbers": np.array([], int)}]
    rows = Rows([*parts, {"ids": ids(2), "numbers": np.array([3, 4])}])
    assert len(rows) == 5
    assert rows["numbers"].tolist() == [0, 1, 2, 3, 4]
    assert rows.at("numbers", np.array([4, 0, 3, 2])).tolist() == [4, 0, 3, 2]
    assert len(Rows([])) == 0


def test_a_word_that_one_author_repeats_in_the_sample_is_boilerplate() -> None:
    sample = [
        Sampled(
            UUID(int=number), hidden=False, author="caretaker" if number < 4 else str(number), words=frozenset(words)
        )
        for number, words in enumerate([{"zarquon"}] * 4 + [{"quibble"}, set(), set(), set(), set(), set()])
    ]
    assert boilerplate_of_sample(["zarquon", "quibble", "unheard"], sample) == {"zarquon"}
