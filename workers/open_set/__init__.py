"""The open set: labelled reports with public photos, on which an encoder without weights is calibrated.

The labels are in this package. The photos are fetched from where they were published.
"""
