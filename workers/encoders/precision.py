"""Which number format a CPU computes fastest."""

import torch


def fastest_dtype() -> torch.dtype:
    """`bfloat16` where the CPU multiplies it in hardware (without, it is slower than `float32`), else `float32`."""
    known = torch.cpu.get_capabilities()
    return torch.bfloat16 if known.get("avx512_bf16") or known.get("amx_bf16") else torch.float32
