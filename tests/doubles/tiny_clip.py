"""Small checkpoints of the real architectures with random weights, and a tokenizer of a few words."""

import io
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from sentencepiece import SentencePieceTrainer
from tokenizers.pre_tokenizers import ByteLevel
from transformers import (
    CLIPConfig,
    CLIPImageProcessorPil,
    CLIPModel,
    CLIPProcessor,
    CLIPTokenizer,
    GemmaTokenizer,
    SiglipConfig,
    SiglipImageProcessorPil,
    SiglipModel,
    SiglipTokenizer,
)

_WORDS = ("black", "red", "blue", "backpack", "rucksack", "umbrella", "bottle", "keys", "hat", "library")
_SIDE, _PATCH, _HIDDEN, _PROJECTION, _TEXT_LIMIT = 32, 8, 32, 16, 77


def make_tiny_clip(folder: Path, seed: int) -> None:
    """Save a CLIP model of 2 layers, 16 dimensions, with tokenizer and preprocessing; weights by the seed."""
    tokenizer = _tokenizer()
    model_config = CLIPConfig(
        text_config={
            **_layers(),
            "vocab_size": len(tokenizer),
            "max_position_embeddings": _TEXT_LIMIT,
            "bos_token_id": tokenizer.bos_token_id,
            "eos_token_id": tokenizer.eos_token_id,
            "pad_token_id": tokenizer.pad_token_id,
        },
        vision_config={**_layers(), "image_size": _SIDE, "patch_size": _PATCH},
        projection_dim=_PROJECTION,
    )
    preprocess = CLIPImageProcessorPil(
        size={"shortest_edge": _SIDE}, crop_size={"height": _SIDE, "width": _SIDE}, do_center_crop=True
    )
    torch.manual_seed(seed)
    model = CLIPModel(model_config)
    _spread(model)
    model.save_pretrained(folder)
    CLIPProcessor(preprocess, tokenizer).save_pretrained(folder)


def make_tiny_siglip(folder: Path, seed: int) -> None:
    """Save a SigLIP model of 2 layers, 32 dimensions, with a tokenizer that is trained on a few words."""
    folder.mkdir(parents=True, exist_ok=True)
    model = io.BytesIO()
    sentences = (" ".join(_WORDS[start:] + _WORDS[:start]) for _ in range(5) for start in range(len(_WORDS)))
    SentencePieceTrainer.train(
        sentence_iterator=sentences, model_writer=model, vocab_size=120, hard_vocab_limit=False, minloglevel=2
    )
    (folder / "spiece.model").write_bytes(model.getvalue())
    tokenizer = SiglipTokenizer(str(folder / "spiece.model"), model_max_length=64, model_input_names=["input_ids"])
    _save_siglip(folder, seed, tokenizer, len(tokenizer))


def make_tiny_siglip2(folder: Path, seed: int) -> None:
    """Save a SigLIP 2 model of 2 layers, 32 dimensions, with a vocabulary of multilingual size: bytes, and a few words.

    It has Gemma's tokenizer, which pads to the right, as the published checkpoints.
    """
    special = ["<pad>", "<eos>", "<bos>", "<unk>"]
    letters = [*(f"<0x{byte:02X}>" for byte in range(256)), *(chr(code) for code in range(97, 123)), "▁", "ü"]
    merges = {(word[:length], word[length]): None for word in _WORDS for length in range(1, len(word))}
    tokens = dict.fromkeys([*special, *letters, *(left + right for left, right in merges)])
    tokenizer = GemmaTokenizer(
        vocab={token: number for number, token in enumerate(tokens)},
        merges=list(merges),
        padding_side="right",
        model_input_names=["input_ids"],
    )
    _save_siglip(folder, seed, tokenizer, 100_001)


def _save_siglip(folder: Path, seed: int, tokenizer: Any, vocabulary: int) -> None:
    model_config = SiglipConfig(
        text_config={
            **_layers(),
            "vocab_size": vocabulary,
            "max_position_embeddings": 64,
            "projection_size": _HIDDEN,
            "bos_token_id": 0,
            "eos_token_id": tokenizer.eos_token_id,
            "pad_token_id": tokenizer.pad_token_id,
        },
        vision_config={**_layers(), "image_size": _SIDE, "patch_size": _PATCH},
    )
    torch.manual_seed(seed)
    model = SiglipModel(model_config)
    _spread(model)
    model.save_pretrained(folder)
    SiglipImageProcessorPil(size={"height": _SIDE, "width": _SIDE}).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _layers() -> dict[str, int]:
    return {"hidden_size": _HIDDEN, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}


def _spread(model: torch.nn.Module) -> None:
    """Make the weights bigger than at the start of a training, or all inputs would get nearly the same vector."""
    with torch.no_grad():
        for weight in model.parameters():
            if weight.ndim > 1:
                weight.normal_(std=0.25)


def _tokenizer() -> CLIPTokenizer:
    """CLIP's byte-level BPE: all bytes, and merges that build a few words letter by letter."""
    letters = sorted(ByteLevel.alphabet())
    merges: dict[tuple[str, str], None] = {}
    for word in _WORDS:
        parts = [*word[:-1], word[-1] + "</w>"]
        starts = ["".join(parts[: length + 1]) for length in range(len(parts))]
        merges.update({(start, part): None for (start, _), part in zip(pairwise(starts), parts[1:], strict=True)})
    tokens = [*letters, *(letter + "</w>" for letter in letters), *(left + right for left, right in merges)]
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    return CLIPTokenizer(
        vocab={token: number for number, token in enumerate(dict.fromkeys(tokens))},
        merges=list(merges),
        model_max_length=_TEXT_LIMIT,
    )
