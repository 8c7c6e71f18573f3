"""MiniLM sentence embeddings (all-MiniLM-L6-v2), with the weights from a package: nothing is downloaded."""

from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional
from transformers import BertConfig, BertModel

DIMENSION = 384
MAX_TOKENS = 256
"""The length the model was trained for; longer texts are truncated."""

BATCH = 64


class MiniLM:
    """Embeds sentences: the normalised mean over their tokens."""

    def __init__(self, folder: Path, weights: bytes) -> None:
        """Read configuration and tokenizer from the folder, and the tensors from the content of a safetensors file."""
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding()
        self._model = BertModel(BertConfig.from_json_file(folder / "config.json"), add_pooling_layer=False)
        unused = ("pooler.", "embeddings.position_ids")
        state = {name: tensor for name, tensor in load(weights).items() if not name.startswith(unused)}
        self._model.load_state_dict(state)
        self._model.train(mode=False)

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
        tokens: Tensor = self._model(input_ids=ids, attention_mask=mask).last_hidden_state
        weights = mask.unsqueeze(-1).to(tokens.dtype)
        mean = (tokens * weights).sum(dim=1) / weights.sum(dim=1)
        return functional.normalize(mean, dim=1)
