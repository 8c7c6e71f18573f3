#!/bin/sh
# Print the first of the named interpreters that is Python 3.11 or newer and can create environments.
set -u

runs() { "$1" -c "$2" >/dev/null 2>&1; }

found=
for python in "$@"; do
  runs "$python" 'import sys; sys.exit(sys.version_info < (3, 11))' || continue
  found=$python
  runs "$python" 'import ensurepip, venv' || continue
  echo "$python"
  exit
done

if [ -z "$found" ]; then
  echo "Reunite needs Python 3.11 or newer; none of $* is. Install it, or name yours: make PYTHON=…" >&2
else
  echo "$found can't create environments. On Debian and Ubuntu: apt-get install python3-venv" >&2
fi
exit 1
