"""Imports what a model hub's client needs, but not the client: only then it reads the hub's address.

This is for the process that those of tests/support/hub_processes.py are copied from.
"""

import sys

import torch

import workers.encoders.fetching

__all__ = ["torch", "workers"]

for module in [name for name in sys.modules if name.partition(".")[0] in {"huggingface_hub", "workers"}]:
    del sys.modules[module]
