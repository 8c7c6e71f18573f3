"""The networks of CLIP (Radford et al., 2021) and SigLIP (Zhai et al., 2023), made of PyTorch's own layers.

Importing the ones of `transformers` would load PyTorch's compiler and its distributed tensors: seconds at each start,
and 100 MB of memory. Parts have the names that they have in checkpoints.
"""

import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import EllipsisType
from typing import Any, Final

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from workers.encoders import EncoderUnavailableError
from workers.encoders.token_tree import TokenTree, token_tree

_WEIGHTS: Final = "model.safetensors"


def _quick_gelu(values: Tensor) -> Tensor:
    return (1.702 * values).sigmoid_().mul_(values)  # with one new tensor instead of three: they are large


_ACTIVATIONS: Final[Mapping[str, Callable[[Tensor], Tensor]]] = {
    "quick_gelu": _quick_gelu,
    "gelu": functional.gelu,
    "gelu_pytorch_tanh": partial(functional.gelu, approximate="tanh"),
}

AttentionFunction = Callable[[Tensor, Tensor, Tensor, int], Tensor]
"""Maps queries, keys, values and the number of heads to the attention's output."""
Selection = EllipsisType | Tensor | tuple[slice, slice]
"""Indexes hidden states: all of them, or some."""
_FIRST: Final = (slice(None), slice(1))
_LAST: Final = (slice(None), slice(-1, None))


def load_network(folder: Path, config: Any, dtype: torch.dtype) -> "Network":
    """Load a checkpoint's network. In float32, the weights stay pages of the file, which workers share.

    Raises EncoderUnavailableError if weights are missing.
    """
    with torch.device("meta"):  # don't initialise weights that are replaced immediately
        network = Network(config)
    weights = {name: tensor.to(dtype) for file in _files(folder) for name, tensor in load_file(file).items()}
    if missing := network.load_state_dict(weights, strict=False, assign=True).missing_keys:
        raise EncoderUnavailableError(f"The model in {folder} is missing weights, such as {min(missing)}.")
    return network.requires_grad_(requires_grad=False).eval()


def _files(folder: Path) -> list[Path]:
    """Return the files with the weights: large checkpoints have several, and an index of them."""
    if (folder / _WEIGHTS).is_file():
        return [folder / _WEIGHTS]
    index_file = folder / f"{_WEIGHTS}.index.json"
    if not index_file.is_file():
        raise EncoderUnavailableError(f"{folder} has neither {_WEIGHTS} nor {index_file.name}.")
    index = json.loads(index_file.read_text("utf-8"))
    return [folder / name for name in sorted(set(index["weight_map"].values()))]


class Network(nn.Module):
    """CLIP or SigLIP, by its configuration."""

    def __init__(self, config: Any) -> None:
        super().__init__()
        text, vision, is_siglip = config.text_config, config.vision_config, config.model_type == "siglip"
        self.text_model = (_SiglipText if is_siglip else _ClipText)(text)
        self.vision_model = (_SiglipVision if is_siglip else _ClipVision)(vision)
        self.text_projection, self.visual_projection = (
            nn.Identity() if is_siglip else nn.Linear(part.hidden_size, config.projection_dim, bias=False)
            for part in (text, vision)
        )

    def photos(self, pixels: Tensor) -> Tensor:
        """Return features of photos: n × 3 × height × width, normalised."""
        features: Tensor = self.visual_projection(self.vision_model(pixels))
        return features

    def texts(self, tokens: Tensor) -> Tensor:
        """Return features of texts: n × length, padded on the right."""
        features: Tensor = self.text_projection(self.text_model(tokens))
        return features


class _ClipVision(nn.Module):
    """A vision transformer with a class token."""

    def __init__(self, config: Any) -> None:
        super().__init__()
        self.embeddings = _Patches(config, has_bias=False, more=1)
        self.embeddings.class_embedding = nn.Parameter(torch.empty(config.hidden_size))
        self.pre_layrnorm = _norm(config)  # as it's spelt in checkpoints
        self.encoder = _Layers(config)
        self.post_layernorm = _norm(config)

    def forward(self, pixels: Tensor) -> Tensor:
        patches = self.embeddings.patches(pixels)
        whole = self.embeddings.class_embedding.expand(len(patches), 1, -1)
        seen = torch.cat([whole, patches], dim=1) + self.embeddings.position_embedding.weight
        pooled: Tensor = self.post_layernorm(self.encoder(self.pre_layrnorm(seen), selection=_FIRST)[:, 0])
        return pooled


class _ClipText(nn.Module):
    """Causal: the end token has attended to the whole text."""

    def __init__(self, config: Any) -> None:
        super().__init__()
        self.embeddings = _Tokens(config)
        self.encoder = _Layers(config)
        self.final_layer_norm = _norm(config)
        self._end: int = config.eos_token_id

    def forward(self, tokens: Tensor) -> Tensor:
        # The first checkpoints state a wrong end token, 2; theirs is the last of the vocabulary.
        ends = (tokens if self._end == 2 else (tokens == self._end).int()).argmax(dim=1)  # noqa: PLR2004
        texts = [text[: end + 1] for text, end in zip(tokens.tolist(), ends.tolist(), strict=True)]
        tree = token_tree(texts, tokens.device)
        hidden = self.embeddings(tree.tokens, tree.positions)
        pooled: Tensor = self.final_layer_norm(self.encoder(hidden, partial(_tree_attention, tree), tree.ends))
        return pooled


class _SiglipVision(nn.Module):
    def __init__(self, config: Any) -> None:
        super().__init__()
        self.embeddings = _Patches(config, has_bias=True, more=0)
        self.encoder = _Layers(config)
        self.post_layernorm = _norm(config)
        self.head = _Pooling(config)

    def forward(self, pixels: Tensor) -> Tensor:
        seen = self.embeddings.patches(pixels) + self.embeddings.position_embedding.weight
        pooled: Tensor = self.head(self.post_layernorm(self.encoder(seen)))
        return pooled


class _SiglipText(nn.Module):
    """Attends to padding too, as in its training: the last token stands for the whole text."""

    def __init__(self, config: Any) -> None:
        super().__init__()
        self.embeddings = _Tokens(config)
        self.encoder = _Layers(config)
        self.final_layer_norm = _norm(config)
        self.head = nn.Linear(config.hidden_size, config.projection_size)

    def forward(self, tokens: Tensor) -> Tensor:
        hidden = self.embeddings(tokens, torch.arange(tokens.shape[1], device=tokens.device))
        pooled: Tensor = self.head(self.final_layer_norm(self.encoder(hidden, selection=_LAST)[:, 0]))
        return pooled


class _Patches(nn.Module):
    """A photo's square patches, and position embeddings for them and for `more` tokens."""

    class_embedding: nn.Parameter

    def __init__(self, config: Any, *, has_bias: bool, more: int) -> None:
        super().__init__()
        self.patch_embedding = nn.Conv2d(
            config.num_channels, config.hidden_size, config.patch_size, stride=config.patch_size, bias=has_bias
        )
        positions = (config.image_size // config.patch_size) ** 2 + more
        self.position_embedding = _Table(positions, config.hidden_size)

    def patches(self, pixels: Tensor) -> Tensor:
        patches: Tensor = self.patch_embedding(pixels).flatten(2).transpose(1, 2)
        return patches


class _Tokens(nn.Module):
    def __init__(self, config: Any) -> None:
        super().__init__()
        self.token_embedding = _Table(config.vocab_size, config.hidden_size)
        self.position_embedding = _Table(config.max_position_embeddings, config.hidden_size)

    def forward(self, tokens: Tensor, positions: Tensor) -> Tensor:
        of_tokens, of_positions = self.token_embedding.weight, self.position_embedding.weight
        return functional.embedding(tokens, of_tokens) + functional.embedding(positions, of_positions)


class _Table(nn.Module):
    """Like `nn.Embedding`, which would load PyTorch's compiler."""

    def __init__(self, rows: int, size: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(rows, size))


def _attention(queries: Tensor, keys: Tensor, values: Tensor, heads: int, *, is_causal: bool = False) -> Tensor:
    """Attend within each row: n × length × size."""
    split = [part.view(*part.shape[:2], heads, -1).transpose(1, 2) for part in (queries, keys, values)]
    attended = functional.scaled_dot_product_attention(split[0], split[1], split[2], is_causal=is_causal)
    return attended.transpose(1, 2).flatten(2)


def _tree_attention(tree: TokenTree, queries: Tensor, keys: Tensor, values: Tensor, heads: int) -> Tensor:
    """Attend to the tokens before it in each text: nodes × size."""
    queries, keys, values = (tree.by_text(part) for part in (queries, keys, values))
    return tree.by_node(_attention(queries, keys, values, heads, is_causal=True))


class _Layers(nn.Module):
    def __init__(self, config: Any) -> None:
        super().__init__()
        self.layers = nn.ModuleList(_Layer(config) for _ in range(config.num_hidden_layers))

    def forward(self, hidden: Tensor, attend: AttentionFunction = _attention, selection: Selection = ...) -> Tensor:
        """Return the selected hidden states: the last layer doesn't compute the others, which nothing reads."""
        *layers, last = self.layers
        for layer in layers:
            hidden = layer(hidden, attend)
        output: Tensor = last(hidden, attend, selection)
        return output


class _Layer(nn.Module):
    def __init__(self, config: Any) -> None:
        super().__init__()
        self.layer_norm1, self.layer_norm2 = _norm(config), _norm(config)
        self.self_attn = _Attention(config.hidden_size, config.num_attention_heads)
        self.mlp = _Perceptron(config)

    def forward(self, hidden: Tensor, attend: AttentionFunction, selection: Selection = ...) -> Tensor:
        hidden = hidden[selection] + self.self_attn(self.layer_norm1(hidden), attend, selection)
        output: Tensor = hidden + self.mlp(self.layer_norm2(hidden))
        return output


class _Attention(nn.Module):
    def __init__(self, size: int, heads: int) -> None:
        super().__init__()
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (nn.Linear(size, size) for _ in range(4))
        self._heads = heads

    def forward(self, hidden: Tensor, attend: AttentionFunction, selection: Selection) -> Tensor:
        attended = attend(self.q_proj(hidden), self.k_proj(hidden), self.v_proj(hidden), self._heads)
        projected: Tensor = self.out_proj(attended[selection])
        return projected


class _Perceptron(nn.Module):
    def __init__(self, config: Any) -> None:
        super().__init__()
        self.fc1 = nn.Linear(config.hidden_size, config.intermediate_size)
        self.fc2 = nn.Linear(config.intermediate_size, config.hidden_size)
        if config.hidden_act not in _ACTIVATIONS:
            raise EncoderUnavailableError(f"The model's activation, {config.hidden_act}, isn't known.")
        self._activation = _ACTIVATIONS[config.hidden_act]

    def forward(self, hidden: Tensor) -> Tensor:
        output: Tensor = self.fc2(self._activation(self.fc1(hidden)))
        return output


class _Pooling(nn.Module):
    """SigLIP's attention pooling: one learned query attends to all patches."""

    def __init__(self, config: Any) -> None:
        super().__init__()
        self.probe = nn.Parameter(torch.empty(1, 1, config.hidden_size))
        self.attention = nn.MultiheadAttention(config.hidden_size, config.num_attention_heads, batch_first=True)
        self.layernorm = _norm(config)
        self.mlp = _Perceptron(config)

    def forward(self, hidden: Tensor) -> Tensor:
        probe = self.probe.expand(len(hidden), 1, -1)
        pooled: Tensor = self.attention(probe, hidden, hidden, need_weights=False)[0]
        output: Tensor = pooled + self.mlp(self.layernorm(pooled))
        return output[:, 0]


def _norm(config: Any) -> nn.LayerNorm:
    return nn.LayerNorm(config.hidden_size, config.layer_norm_eps)
