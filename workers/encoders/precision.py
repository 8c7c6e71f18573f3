"""The CPU's fastest floating-point type."""

import torch


def fastest_dtype() -> torch.dtype:
    """Return bfloat16 if the CPU multiplies it in hardware; otherwise float32 is faster."""
    capabilities = torch.cpu.get_capabilities()
    return torch.bfloat16 if capabilities.get("avx512_bf16") or capabilities.get("amx_bf16") else torch.float32
