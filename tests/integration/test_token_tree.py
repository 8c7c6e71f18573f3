"""Texts as a tree: each start that several have in common is read once, and no padding."""

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workers.encoders.token_tree import TokenTree

pytestmark = pytest.mark.encoder
TEXTS = st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=8), min_size=1, max_size=8)


def tree_of(texts: "Sequence[Sequence[int]]") -> "TokenTree":
    import torch

    from workers.encoders.token_tree import token_tree

    return token_tree(texts, torch.device("cpu"))


def test_a_common_start_is_there_once() -> None:
    tree = tree_of([[1, 2, 3, 9], [1, 2, 4, 9], [1, 9]])
    assert tree.tokens.tolist() == [1, 2, 3, 9, 4, 9, 9]
    assert tree.positions.tolist() == [0, 1, 2, 3, 2, 3, 1]
    assert tree.ends.tolist() == [3, 5, 6]


@given(TEXTS)
def test_each_text_is_spread_out_again(texts: list[list[int]]) -> None:
    tree = tree_of(texts)
    spread = tree.by_text(tree.tokens[:, None])[:, :, 0].tolist()
    assert [row[: len(text)] for row, text in zip(spread, texts, strict=True)] == texts
    assert tree.tokens[tree.ends].tolist() == [text[-1] for text in texts]


@given(TEXTS)
def test_what_was_spread_out_is_gathered_again(texts: list[list[int]]) -> None:
    tree = tree_of(texts)
    numbered = tree.tokens.new_tensor(range(len(tree.tokens)))[:, None]
    assert tree.by_node(tree.by_text(numbered)).equal(numbered)


@given(TEXTS)
def test_there_is_a_node_for_each_different_start(texts: list[list[int]]) -> None:
    starts = {tuple(text[: end + 1]) for text in texts for end in range(len(text))}
    tree = tree_of(texts)
    assert len(tree.tokens) == len(starts)
    assert sorted(tree.positions.tolist()) == sorted(len(start) - 1 for start in starts)
