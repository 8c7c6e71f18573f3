"""The workers: photo intake, encoders, tasks."""

import os

# Set before any module imports torch. By default OpenMP's threads spin while they wait, which takes the cores from the
# threads they wait for as soon as another process needs a core too: two workers on two busy cores embedded 1 photo per
# second each, and 9 to 25 without spinning.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
