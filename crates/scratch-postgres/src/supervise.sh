# Starts a cluster, says "ready DIRECTORY" on standard output, waits for the end of standard input, removes it all.
# When it cannot start, it says why instead.
# $1: the folder of PostgreSQL's programs, empty for PATH; $2: the port.
set -u
trap '' HUP INT TERM
PATH="$1${1:+:}$PATH"
port=$2
cd /tmp || exit 1

# PostgreSQL refuses to run as root.
as_owner() {
    if [ "$(id -u)" = 0 ]; then runuser -u postgres -- env PATH="$PATH" "$@"; else "$@"; fi
}

directory=$(mktemp -d /tmp/scratch-postgres.XXXXXX) || exit 1
if [ "$(id -u)" = 0 ]; then chown postgres "$directory"; fi

settings="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$directory -c max_connections=200"
settings="$settings -c fsync=off -c full_page_writes=off"
echo "$settings" >"$directory/settings"
if as_owner initdb --pgdata="$directory/data" --username=postgres --auth=trust --locale=C.UTF-8 --encoding=UTF8 \
        --no-sync --no-instructions >"$directory/initdb.log" 2>&1 &&
    as_owner pg_ctl --pgdata="$directory/data" --log="$directory/server.log" --options="$settings" --wait --silent start \
        >"$directory/start.log" 2>&1; then
    echo "ready $directory"
    cat >/dev/null
else
    cat "$directory"/*.log 2>&1
fi

as_owner pg_ctl --pgdata="$directory/data" --mode=immediate --silent stop >/dev/null 2>&1
rm -rf "$directory"
