#!/bin/sh
# Prepares the database of Kea's leases, and copies leases between it and the volume. Runs in the image of kea-admin.
#
#   database.sh prepare   creates the tables, or brings them to the version of this kea-admin
#   database.sh move      copies the leases of the volume to the database, unless they have been copied before
#   database.sh fetch     copies the leases of the database to the volume, if they were moved to the database
#
# Environment: PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD, PGSSLMODE and PGSSLROOTCERT, as libpq reads them, and the
# folder of the leases (DATA). Each command can be repeated, also after it was interrupted.
set -eu

leases=${DATA:=/data}/dhcp4.leases
# The hash of the lease files that were copied to the database. If they have another one, Kea has written to them since.
marker=$DATA/in-database

run() {
    psql --quiet --no-align --tuples-only --set ON_ERROR_STOP=1 "$@"
}

# The network policies of a new pod may take effect only after it has started.
connect() {
    for pause in 1 2 3 4 0; do
        run --command 'SELECT 1' >/dev/null && return
        sleep "$pause"
    done
    exit 1
}

admin() {
    command=$1
    shift
    KEA_ADMIN_DB_PASSWORD=$PGPASSWORD kea-admin "$command" pgsql \
        -h "$PGHOST" -P "$PGPORT" -n "$PGDATABASE" -u "$PGUSER" "$@"
}

prepare() {
    connect
    if [ "$(run --command "SELECT to_regclass('schema_version') IS NULL")" = t ]; then
        admin db-init
    else
        admin db-upgrade
    fi
}

# The files that Kea reads, in its order: what its cleanup (kea-lfc) has left, and what was written since.
files() {
    if [ -e "$leases.completed" ]; then
        set -- "$leases.completed" "$leases"
    else
        set -- "$leases.2" "$leases.1" "$leases"
    fi
    for file; do
        if [ -e "$file" ]; then
            cat "$file"
            # Ends a last line that is not complete.
            echo
        fi
    done
}

hash() {
    files | sha256sum
}

is_moved() {
    [ -e "$marker" ] && [ "$(cat "$marker")" = "$(hash)" ]
}

move() {
    if is_moved; then
        echo "the leases of the volume have been moved to the database"
        return
    fi
    connect
    files >"$leases.moving"
    run --file="$(dirname "$0")/move.sql" <"$leases.moving"
    rm "$leases.moving"
    hash >"$marker"
}

fetch() {
    if ! is_moved; then
        echo "the leases are on the volume"
        return
    fi
    connect
    admin lease-dump -4 -o "$leases.fetched" -y
    # In this order, an interruption leaves either the marker and its files or the new leases.
    mv "$leases.fetched" "$leases"
    rm -f "$leases.completed" "$leases.1" "$leases.2" "$leases.output" "$marker"
}

"$1"
