"""The open set: labelled reports whose photos are public, which calibrate an encoder that has no weights yet.

The labels are in this package. The photos are fetched from where they were published.
"""
