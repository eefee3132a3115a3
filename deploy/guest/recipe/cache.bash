# The cache: what a directory in it is named by, when it counts as there, how it comes and goes.
# shellcheck shell=bash

# Names are 20 hex digits of a SHA-256.
short_hash() { sha256sum | cut -c1-20; }

hash_of_root_stage() {
    {
        echo "$format $suite $kernel_package $epoch"
        cd -- "$here"
        find recipe python node build-image -type f ! -name '*.pyc' ! -name initramfs-stage.bash -print0 |
            sort -z | xargs -0 sha256sum
    } | short_hash
}

hash_of_image() {
    { echo "$1"; sha256sum < "$agent"; sha256sum < "$here/recipe/initramfs-stage.bash"; } | short_hash
}

# A directory is published whole or not at all; this guards against one that somebody thinned out by hand.
is_complete() {
    local directory=$1 hash=$2 line file
    [[ -f $directory/manifest ]] || return 1
    grep -qx "hash=$hash" "$directory/manifest" || return 1
    while read -r line; do
        file=${line%_sha256=*}
        [[ -s $directory/${file/root/root.squashfs} ]] || return 1
    done < <(grep '_sha256=' "$directory/manifest" | grep -v '^agent_')
}

publish() {
    rm -rf "$2"
    sync -f "$1"
    mv -T "$1" "$2"
}

# Removes all but the newest directories that have a manifest; a machine that runs has its files open and keeps them.
remove_old() {
    local directory
    find "$1" -mindepth 1 -maxdepth 1 -type d -name '[0-9a-f]*' -printf '%T@ %p\n' | sort -rn | cut -d' ' -f2- |
        tail -n +$((kept + 1)) | while read -r directory; do
        [[ -f $directory/manifest ]] && rm -rf "$directory"
    done || true
}

# key=value lines: "file_sha256=..." of each named file of the directory.
hashes_of() {
    local directory=$1 file
    shift
    for file; do
        echo "${file%.squashfs}_sha256=$(sha256sum < "$directory/$file" | cut -d' ' -f1)"
    done
}
