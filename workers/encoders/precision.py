"""The CPU's fastest floating-point type."""

import torch


def fastest_dtype() -> torch.dtype:
    """Return `bfloat16` if the CPU multiplies it in hardware (otherwise it is slower than `float32`)."""
    known = torch.cpu.get_capabilities()
    return torch.bfloat16 if known.get("avx512_bf16") or known.get("amx_bf16") else torch.float32
