"""Drawn cards in drawn scenes, to measure what `workers.decoder.cards` finds: `python -m tests.cards --help`."""
