"""MiniLM sentence embeddings (all-MiniLM-L6-v2), with the weights from a package: nothing is downloaded.

PyTorch has BERT's layers itself; importing `transformers` would take seconds at each start, and 115 MB of memory.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import torch
from safetensors.torch import load
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

DIMENSION = 384
REVISION = "1"
"""Raise this whenever a change of this code changes embeddings."""
MAX_TOKENS = 256
"""The length the model was trained for; longer texts are truncated."""

BATCH = 64
_PARTS: Final = {
    "self_attn.out_proj": "attention.output.dense",
    "norm1": "attention.output.LayerNorm",
    "linear1": "intermediate.dense",
    "linear2": "output.dense",
    "norm2": "output.LayerNorm",
}
"""The parts' names in PyTorch's layer, and in the file."""


class MiniLM:
    """Embeds sentences: the normalised mean over their tokens."""

    def __init__(self, folder: Path, weights: bytes) -> None:
        """Read configuration and tokenizer from the folder, and the tensors from the content of a safetensors file."""
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding()
        self._network = _Network(json.loads((folder / "config.json").read_text("utf-8")), load(weights))

    def encode(self, texts: Sequence[str]) -> Tensor:
        """Return embeddings n × 384, rows of length 1."""
        if not texts:
            return torch.empty(0, DIMENSION)
        with torch.inference_mode():
            return torch.cat([self._encode_batch(texts[i : i + BATCH]) for i in range(0, len(texts), BATCH)])

    def _encode_batch(self, texts: Sequence[str]) -> Tensor:
        encoded = self._tokenizer.encode_batch(list(texts))
        ids = torch.tensor([item.ids for item in encoded])
        mask = torch.tensor([item.attention_mask for item in encoded])
        tokens: Tensor = self._network(ids, mask)
        weights = mask.unsqueeze(-1).to(tokens.dtype)
        mean = (tokens * weights).sum(dim=1) / weights.sum(dim=1)
        return functional.normalize(mean, dim=1)


class _Network(nn.Module):
    """BERT without its pooler and its second segment."""

    def __init__(self, config: Mapping[str, int], state: Mapping[str, Tensor]) -> None:
        super().__init__()
        torch.backends.mha.set_fastpath_enabled(False)  # it takes 1.4 times as long with texts of unequal lengths
        self._heads = config["num_attention_heads"]
        self._words = state["embeddings.word_embeddings.weight"]
        self._places = (
            state["embeddings.position_embeddings.weight"] + state["embeddings.token_type_embeddings.weight"][0]
        )
        with torch.device("meta"):  # don't initialise weights that are replaced immediately
            layer = nn.TransformerEncoderLayer(
                config["hidden_size"],
                config["num_attention_heads"],
                config["intermediate_size"],
                activation=functional.gelu,
                layer_norm_eps=config["layer_norm_eps"],
                batch_first=True,
            )
            self.layers = nn.TransformerEncoder(layer, config["num_hidden_layers"], enable_nested_tensor=False)
            self.norm = nn.LayerNorm(config["hidden_size"], config["layer_norm_eps"])
        self.norm.load_state_dict(_of(state, "embeddings.LayerNorm"), assign=True)
        for number, layer in enumerate(self.layers.layers):
            layer.load_state_dict(_of_layer(state, f"encoder.layer.{number}"), assign=True)
        self.requires_grad_(requires_grad=False).eval()

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return a vector for each token; those where the mask is 0 don't count."""
        embedded = self.norm(functional.embedding(ids, self._words) + self._places[: ids.shape[1]])
        tokens: Tensor = self.layers(embedded, mask=self._heard(mask, embedded.dtype))
        return tokens

    def _heard(self, mask: Tensor, dtype: torch.dtype) -> Tensor:
        """Return what to add to the attention of each head: nothing, or minus infinity where the mask is 0.

        PyTorch would make it of `src_key_padding_mask`, but to check that, it imports SymPy: half a second, 34 MB.
        """
        length = mask.shape[1]
        added = torch.zeros_like(mask, dtype=dtype).masked_fill_(mask == 0, float("-inf"))
        return added.repeat_interleave(self._heads, dim=0).unsqueeze(1).expand(-1, length, -1)


def _of_layer(state: Mapping[str, Tensor], layer: str) -> dict[str, Tensor]:
    attention = [_of(state, f"{layer}.attention.self.{name}") for name in ("query", "key", "value")]
    found = {
        f"self_attn.in_proj_{what}": torch.cat([projection[what] for projection in attention])
        for what in ("weight", "bias")
    }
    for ours, theirs in _PARTS.items():
        found |= {f"{ours}.{what}": tensor for what, tensor in _of(state, f"{layer}.{theirs}").items()}
    return found


def _of(state: Mapping[str, Tensor], part: str) -> dict[str, Tensor]:
    return {what: state[f"{part}.{what}"] for what in ("weight", "bias")}
