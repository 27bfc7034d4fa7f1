#!/bin/sh
# Stores and fetches encrypted backups with rclone. Which targets there are, and rclone's configuration of them, is set
# by environment variables (store.ts).
#
#   backup.sh read-secrets URL       reads a list of Secrets from the API server into $SOURCE; fails if none has a key
#   backup.sh store KIND             stores $SOURCE in each target, and deletes the backups older than $KEEP_DAYS days
#   backup.sh list KIND              the names of the backups, of each target
#   backup.sh fetch KIND [NAME]      unpacks a backup of the first target that has it, the newest if no NAME is given,
#                                    into $RESTORED/KIND
set -eu

password=$(rclone obscure - <"$PASSWORD_FILE")
# The remotes volume: and bucket: are rclone's encryption on top of the place where the files are.
export RCLONE_CONFIG_VOLUME_PASSWORD="$password" RCLONE_CONFIG_BUCKET_PASSWORD="$password"

read_secrets() {
    rclone copyurl "$1" "$SOURCE/secrets.json" --ca-cert /api/ca.crt --header "Authorization: Bearer $(cat /api/token)"
    grep -q '"tls.key"' "$SOURCE/secrets.json" || {
        echo "the API server returned no Secret with a tls.key: there is nothing to back up" >&2
        exit 1
    }
}

store() {
    archive="$1-$(date -u +%Y%m%dT%H%M%SZ).tar.gz"
    tar -C "$SOURCE" -czf "$ARCHIVE/$archive" .
    status=0
    for target in $TARGETS; do
        # `check --download` decrypts what was stored and compares it with the archive.
        if rclone copy "$ARCHIVE" "$target:$1" &&
            rclone check --one-way --download "$ARCHIVE" "$target:$1" &&
            rclone delete --min-age "${KEEP_DAYS}d" "$target:$1"; then
            echo "$archive is in $target; backups there: $(rclone lsf "$target:$1" | wc -l)"
        else
            echo "$archive could not be stored in $target" >&2
            status=1
        fi
    done
    return $status
}

list() {
    for target in $TARGETS; do
        rclone lsf "$target:$1" | sed "s/^/$target /"
    done
}

fetch() {
    for target in $TARGETS; do
        name=${2:-$(rclone lsf "$target:$1" | sort | tail -n 1)}
        if [ -n "$name" ] && rclone copy "$target:$1/$name" "$ARCHIVE"; then
            mkdir -p "$RESTORED/$1"
            tar -C "$RESTORED/$1" -xzf "$ARCHIVE/$name"
            echo "$name from $target is in $RESTORED/$1"
            return
        fi
    done
    echo "no target has a backup of $1" >&2
    return 1
}

case $1 in
    read-secrets) read_secrets "$2" ;;
    store) store "$2" ;;
    list) list "$2" ;;
    fetch) fetch "$2" "${3:-}" ;;
    *) echo "there is no command $1" >&2; exit 1 ;;
esac
