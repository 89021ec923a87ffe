# Has pg_ctl do something with a cluster that is there.
# $1: the folder of PostgreSQL's programs, empty for PATH; $2: the cluster's directory; then what pg_ctl is told.
set -u
PATH="$1${1:+:}$PATH"
directory=$2
shift 2
cd /tmp || exit 1

# PostgreSQL refuses to run as root.
as_owner() {
    if [ "$(id -u)" = 0 ]; then runuser -u postgres -- env PATH="$PATH" "$@"; else "$@"; fi
}

as_owner pg_ctl --pgdata="$directory/data" --log="$directory/server.log" --options="$(cat "$directory/settings")" \
    --wait --silent "$@" >"$directory/control.log" 2>&1 || {
    cat "$directory/control.log" "$directory/server.log"
    exit 1
}
