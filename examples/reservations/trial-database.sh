#!/usr/bin/env bash
# Starts a PostgreSQL with the tables of schema.sql in a temporary folder, for
# a trial on this machine. It listens on 127.0.0.1 only, at port 54320 or at
# the port that you name. To start it and to set QCC_RESERVATION_DATABASE:
#
#   eval "$(./trial-database.sh)"
#
# It also says how to stop it. The password is no secret, and a crash of the
# machine may destroy the data: do not use it in pipelines.
# 在临时目录中启动带有这些表的 PostgreSQL，仅供在本机试用，并显示停止它的命令。
set -Eeuo pipefail

port=${1:-54320}
schema=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)/schema.sql

# Debian has a folder of programs for each version, which is not on the PATH.
for programs in /usr/lib/postgresql/*/bin; do
  [ ! -d "$programs" ] || PATH=$programs:$PATH
done

for program in initdb pg_ctl psql; do
  command -v "$program" >/dev/null || {
    echo "$program is missing. Install PostgreSQL. On Debian and Ubuntu: apt-get install postgresql" >&2
    exit 1
  }
done

# PostgreSQL refuses to run as root, so root runs it as the user postgres.
as=()
if [ "$(id -u)" = 0 ]; then
  as=(runuser -u postgres --)
  "${as[@]}" true || {
    echo "PostgreSQL does not run as root. Run this as another user." >&2
    exit 1
  }
fi
as_server() { ${as[@]+"${as[@]}"} "$@"; }
as_owner() { PGPASSWORD=trial psql -X -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$port" -U owner "$@"; }

folder=$(as_server mktemp -d "${TMPDIR:-/tmp}/qcc-reservations.XXXXXX")
stop="${as[*]-}${as[0]:+ }$(command -v pg_ctl) -D $folder/data -m fast stop; rm -r $folder"
cd "$folder"

# The programs print into logs, which are shown if one of them fails.
exec 3>&2
failed() {
  trap - ERR
  set +e
  cat "$folder"/*.log >&3
  cd /
  eval "$stop" >&3
  exit 1
}
trap failed ERR
{
  as_server bash -c 'echo trial >password'
  as_server initdb --no-sync --username=owner --pwfile=password --auth=scram-sha-256 --encoding=UTF8 --locale=C data
  as_server pg_ctl -D data -l postgres.log -w -o "-h 127.0.0.1 -p $port -c unix_socket_directories= -c fsync=off" start 3>&-
  as_owner -d postgres -c 'CREATE DATABASE qcc'
  as_owner -d qcc <"$schema"
  as_owner -d qcc -c "CREATE ROLE pipelines LOGIN PASSWORD 'trial' IN ROLE qcc_gates" -c 'ALTER ROLE pipelines SET search_path = qcc'
} >trial.log 2>&1

echo "export QCC_RESERVATION_DATABASE=postgres://pipelines:trial@127.0.0.1:$port/qcc"
echo "To stop it and to remove its data: $stop" >&2
