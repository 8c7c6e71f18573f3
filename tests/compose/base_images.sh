#!/usr/bin/env bash
# Make the images that Dockerfile and docker-compose.yml start from, out of Debian's packages: for `make compose-test`
# where no image registry can be reached. Python 3.13, PostgreSQL 17 with pgvector and Redis get the registry's names;
# images that are there already are left alone. Needs root, Docker and debootstrap. MIRROR= names a mirror of Debian.
set -euo pipefail

mirror=${MIRROR:-http://deb.debian.org/debian}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

is_there() { docker image inspect "$1" >/dev/null 2>&1; }

# debian PACKAGE...: a fresh Debian with these packages in $work/root
debian() {
  rm -rf "$work/root"
  debootstrap --variant=minbase --include="$(IFS=,; echo "ca-certificates,$*")" trixie "$work/root" "$mirror" \
    >"$work/log" || { tail -n 20 "$work/log" >&2; exit 1; }
  rm -rf "$work"/root/var/cache/apt/archives/*.deb "$work"/root/var/lib/apt/lists/*
  # A proxy that looks into TLS has a certificate of its own, which this machine trusts.
  cp -L /etc/ssl/certs/ca-certificates.crt "$work/root/etc/ssl/certs/ca-certificates.crt"
}

# import_as NAME CHANGE...: the image of $work/root
import_as() {
  local name=$1 changes=()
  shift
  for change in "$@"; do changes+=(--change "$change"); done
  tar --create --directory "$work/root" --one-file-system . | docker import "${changes[@]}" - "$name" >/dev/null
  echo "$name"
}

python() {
  debian python3 python3-venv
  chroot "$work/root" python3 -m venv /usr/local # with a pip of its own, as the registry's image has
  printf '[global]\ncert = /etc/ssl/certs/ca-certificates.crt\n' >"$work/root/etc/pip.conf"
  import_as "$1" 'ENV PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin'
}

redis() {
  debian redis-server redis-tools
  import_as "$1" 'CMD ["redis-server"]'
}

postgres() {
  debian postgresql-17 postgresql-17-pgvector
  cat >"$work/root/usr/local/bin/entrypoint" <<'SCRIPT'
#!/bin/bash
# What the registry's image does with these variables, without its many others.
set -euo pipefail
export PGDATA=/var/lib/postgresql/17/docker
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  initdb --username="$POSTGRES_USER" --pwfile=<(echo "$POSTGRES_PASSWORD") --auth-local=trust --auth-host=scram-sha-256
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  pg_ctl --wait --options="-c listen_addresses= -c unix_socket_directories=/tmp" start
  createdb --host=/tmp --username="$POSTGRES_USER" "$POSTGRES_DB"
  pg_ctl --wait stop
fi
exec "$@" -c listen_addresses='*' -c unix_socket_directories=/var/run/postgresql
SCRIPT
  chmod +x "$work/root/usr/local/bin/entrypoint"
  chmod 3777 "$work/root/run/postgresql" # a tmpfs there gets the same mode, but not the owner
  import_as "$1" 'ENV PATH=/usr/lib/postgresql/17/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin LANG=C.UTF-8' \
    'ENTRYPOINT ["entrypoint"]' 'CMD ["postgres"]' 'VOLUME /var/lib/postgresql'
}

is_there python:3.13-slim || python python:3.13-slim
is_there redis:7-alpine || redis redis:7-alpine
is_there pgvector/pgvector:pg18 || postgres pgvector/pgvector:pg18
