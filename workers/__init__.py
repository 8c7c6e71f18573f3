"""The workers: photo intake, encoders, tasks."""

import os

# Must be set before any module imports torch. OpenMP's threads spin while they wait, and on a busy machine they take
# the cores from the threads they wait for: two workers on two busy cores embedded 1 photo per second each, and 9 to 25
# without spinning.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
