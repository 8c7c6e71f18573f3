"""CLIP's network computes what its vectors need, and no more."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.checkpoints import make_tiny_clip

if TYPE_CHECKING:
    from torch import Tensor

    from workers.encoders.clip_network import Network

pytestmark = pytest.mark.encoder


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> "Network":
    import torch
    from transformers import AutoConfig

    from workers.encoders.clip_network import load_network

    folder: Path = tmp_path_factory.mktemp("clip")
    make_tiny_clip(folder, 1)
    config = AutoConfig.from_pretrained(folder, local_files_only=True)
    return load_network(folder, config, torch.float32)


def computed(part: Any, compute: Any) -> tuple["Tensor", list[int]]:
    """Return what `compute` returns, and of how many tokens or patches each layer's perceptron saw the values."""
    seen: list[int] = []
    hooks = [
        layer.mlp.register_forward_pre_hook(lambda _, given: seen.append(given[0][..., 0].numel()))
        for layer in part.encoder.layers
    ]
    result: Tensor = compute()
    for hook in hooks:
        hook.remove()
    return result, seen


def test_a_start_that_texts_share_is_read_once_and_padding_never(network: "Network") -> None:
    import torch

    end = network.text_model._end
    texts = [[7, 8, 9, 10, end], [7, 8, 11, end], [7, 8, 9, 12, end]]
    padded = torch.tensor([text + [end] * (9 - len(text)) for text in texts])
    together, seen = computed(network.text_model, lambda: network.texts(padded))
    *layers, last = seen
    assert set(layers) == {9}
    assert last == len(texts)
    alone = torch.cat([network.texts(torch.tensor([text])) for text in texts])
    assert torch.allclose(together, alone, atol=1e-5)


def test_the_last_layer_computes_only_what_a_photos_vector_is_made_of(network: "Network") -> None:
    import torch

    photos = torch.rand(2, 3, 32, 32)
    _, seen = computed(network.vision_model, lambda: network.photos(photos))
    *layers, last = seen
    assert set(layers) == {2 * 17}
    assert last == 2
