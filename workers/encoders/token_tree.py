"""Texts as a prefix tree of tokens.

In a causal network, a token's hidden state depends only on the tokens before it. So a prefix that several texts share,
as prompts do, is computed only once, and no padding is computed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class TokenTree:
    """Tokens, each after the ones before it, as nodes of a tree: a text is a path."""

    tokens: Tensor
    """The token of each node."""
    positions: Tensor
    """The position of each node in its texts, from 0."""
    ends: Tensor
    """Each text's last node."""
    _paths: Tensor
    """Each text's nodes, texts × longest; the last one is repeated where a text is shorter."""
    _firsts: Tensor
    """Each node's first position in `_paths`, flattened."""

    def by_text(self, hidden: Tensor) -> Tensor:
        """Spread the nodes' hidden states over the texts: nodes × size to texts × longest × size."""
        return functional.embedding(self._paths, hidden)

    def by_node(self, hidden: Tensor) -> Tensor:
        """Gather one hidden state per node: texts × longest × size to nodes × size."""
        return functional.embedding(self._firsts, hidden.flatten(0, 1))


def token_tree(texts: Sequence[Sequence[int]], device: torch.device) -> TokenTree:
    """Make a tree of texts, each of one token at least."""
    longest = max(map(len, texts))
    nodes: dict[tuple[int, int], int] = {}  # the node before (-1 is the root) and the token
    paths: list[int] = []
    firsts: list[int] = []
    for text in texts:
        node = -1
        for token in text:
            node = nodes.setdefault((node, token), len(nodes))
            if node == len(firsts):
                firsts.append(len(paths))
            paths.append(node)
        paths.extend([node] * (longest - len(text)))
    by_text = torch.tensor(paths, device=device).view(-1, longest)
    first = torch.tensor(firsts, device=device)
    tokens = torch.tensor([token for _, token in nodes], device=device)
    return TokenTree(tokens, first % longest, by_text[:, -1], by_text, first)
