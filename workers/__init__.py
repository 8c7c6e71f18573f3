"""The workers: photo intake, encoders, tasks."""

import os

# Must stand before torch is loaded, in whichever module. Threads that wait for each other by spinning, as OpenMP's do
# by default, take the cores from those that they wait for as soon as another process wants a core too: two workers on
# two busy cores embedded 1 photo a second each, and 9 to 25 without the spinning.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
