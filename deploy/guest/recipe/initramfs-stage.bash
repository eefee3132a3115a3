# The initramfs stage: the agent as /init and the kernel modules, beside hard links to the root stage. A second; no network.
# shellcheck shell=bash

build_image() {
    local root=$cache/roots/$1 hash=$2 image=$work/image
    progress '5/5 packing the initramfs'
    command -v cpio > /dev/null || fail 'missing: cpio' 'apt-get install cpio'
    mkdir "$image"
    ln "$root/kernel" "$root/root.squashfs" "$root/packages" "$root/metadata.json" "$image/"
    pack_initramfs "$root" "$image/initramfs"
    {
        echo "hash=$hash"
        echo "root_hash=$1"
        grep -v '^hash=' "$root/manifest"
        hashes_of "$image" initramfs
        echo "agent_sha256=$(sha256sum < "$agent" | cut -d' ' -f1)"
        echo "modules=$(paste -sd' ' "$root/modules/order")"
        echo "built=$(date -u +%FT%TZ)"
        echo 'packages=packages'
    } > "$image/manifest"
}

# Not compressed: without KVM the guest would spend longer on unpacking than on reading.
pack_initramfs() {
    local root=$1 output=$2 tree=$work/initramfs
    mkdir -p "$tree"/{dev,proc,sys,run,lower,upper,root}
    install -m 755 "$agent" "$tree/init"
    cp -r "$root/modules" "$tree/modules"
    find "$tree" -exec touch -h -d "@$epoch" {} +
    (cd "$tree" && find . -mindepth 1 | sort | cpio --quiet --create --format=newc --reproducible --owner=+0:+0 > "$output") ||
        fail 'the initramfs could not be packed' 'is the disk full?'
}
