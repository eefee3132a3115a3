# The root stage: a Debian with Python, as a squashfs, and the kernel with the modules it needs. Minutes; network.
# shellcheck shell=bash

build_root_stage() {
    local hash=$1 stage=$work/root-stage
    progress '1/5 checking tools, space and network'
    need_tools
    need_space
    mkdir "$stage" "$work/kernel"
    progress '2/5 installing Debian packages (about 70 s)'
    install_packages
    progress '3/5 compressing the root file system (about 15 s)'
    compress_root "$stage/root.squashfs"
    progress '4/5 collecting the kernel and its modules'
    collect_kernel "$stage"
    {
        echo "hash=$hash"
        echo "suite=$suite"
        echo "kernel_version=$(< "$work/kernel-version")"
        hashes_of "$stage" kernel root.squashfs metadata.json
    } > "$stage/manifest"
    rm -rf "$work/kernel" "$work/root.tar"
}

need_tools() {
    local tool missing=()
    for tool in mmdebstrap mksquashfs cpio gpgv; do
        command -v "$tool" > /dev/null || missing+=("$tool")
    done
    ((${#missing[@]} == 0)) || fail "missing: ${missing[*]}" \
        'apt-get install mmdebstrap squashfs-tools cpio gpgv debian-archive-keyring'
    [[ -r $keyring ]] || fail "missing: $keyring" 'apt-get install debian-archive-keyring'
    mksquashfs -help 2>&1 | grep -- '-tar' > /dev/null || fail 'mksquashfs is too old: it cannot read tar' 'install squashfs-tools 4.5 or newer'
}

need_space() {
    local place megabytes
    for place in "$cache" "${TMPDIR:-/tmp}"; do
        megabytes=$(df -Pm "$place" | awk 'NR == 2 { print $4 }')
        ((megabytes >= 3000)) || fail "only $megabytes MB are free under $place; 3000 are needed" \
            'free some, or name other places with --cache and TMPDIR'
    done
}

install_packages() {
    local log=$work/mmdebstrap.log mode=unshare
    ((EUID != 0)) || mode=root
    if ! SOURCE_DATE_EPOCH=$epoch mmdebstrap_with_options "$mode" > "$log" 2>&1; then
        cp "$log" "$cache/last-failure.log"
        grep -E '^(E:|Err:|dpkg: error)' "$log" | cut -c1-300 | tail -n 6 >&2 || true
        explain_failure "$log"
    fi
    rm -f "$cache/last-failure.log"
    kernel_image > /dev/null || fail 'the kernel package has no kernel in it'
    mv "$work/kernel/kernel/packages" "$work/kernel/kernel/metadata.json" "$work/root-stage/"
}

# The copied recipe runs inside the new root, so that it works the same with and without being root.
mmdebstrap_with_options() {
    local pattern options=(--variant=minbase --mode="$1" --keyring="$keyring" --format=tar --include="$(list packages | paste -sd,)")
    while read -r pattern; do options+=(--dpkgopt="path-exclude=$pattern"); done < <(list excluded-paths)
    while read -r pattern; do options+=(--aptopt="$pattern"); done < <(apt_settings_of_host)
    mmdebstrap "${options[@]}" \
        --customize-hook="mkdir -p \"\$1/usr/lib/cloister\"" \
        --customize-hook="copy-in '$here/python' '$here/node' /usr/lib/cloister" \
        --customize-hook="copy-in '$here/recipe/prepare-root' '$here/recipe/describe-root' /root" \
        --customize-hook="chroot \"\$1\" /root/prepare-root $kernel_package $(list unwanted | sed "s/.*/'&'/" | paste -sd' ')" \
        --customize-hook="chroot \"\$1\" dpkg-query -W -f '\${Package} \${Version}\\n' > \"\$1/kernel/packages\"" \
        --customize-hook="chroot \"\$1\" python3 -B /root/describe-root > \"\$1/kernel/metadata.json\"" \
        --customize-hook="copy-out /kernel '$work/kernel'" \
        --customize-hook="rm -r \"\$1/kernel\" \"\$1/root/prepare-root\" \"\$1/root/describe-root\"" \
        "$suite" "$work/root.tar" - < <(debian_sources)
}

# The lines of a recipe file without its comments.
list() { grep -v -e '^#' -e '^$' "$here/recipe/$1"; }

debian_sources() {
    local mirror security options="[signed-by=$keyring]"
    mirror=${CLOISTER_DEBIAN_MIRROR:-$(host_mirror '/debian/?$')}
    mirror=${mirror:-http://deb.debian.org/debian}
    security=${CLOISTER_DEBIAN_SECURITY_MIRROR:-}
    [[ -n $security || -n ${CLOISTER_DEBIAN_MIRROR:-} ]] || security=$(host_mirror '/debian-security/?$')
    security=${security:-${mirror%/}-security}
    echo "deb $options $mirror $suite main"
    echo "deb $options $mirror $suite-updates main"
    [[ $security == none ]] || echo "deb $options $security $suite-security main"
}

# The first mirror that this host's own apt uses and whose address ends in the given pattern; nothing on other systems.
host_mirror() {
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} 2> /dev/null |
        grep -v '^ *#' | tr ' \t' '\n\n' | grep -E '^(https?|file|mirror\+)[^ ]*' | grep -E -m1 "$1" || true
}

# Proxies and the like: what the host's apt needs to reach a mirror, the new root's apt needs too.
apt_settings_of_host() {
    command -v apt-config > /dev/null || return 0
    apt-config dump --format '%f "%v";%n' Acquire::http::Proxy Acquire::https::Proxy \
        Acquire::Check-Valid-Until Acquire::Check-Date 2> /dev/null | grep -v '""' || true
}

explain_failure() {
    if grep -qi 'no space left' "$1"; then
        fail 'the disk is full' 'free 3 GB, or name other places with --cache and TMPDIR'
    elif grep -qiE 'could not resolve|unable to connect|connection (timed out|refused)|failed to fetch|temporary failure' "$1"; then
        fail 'no way to the Debian mirror' 'check the network, or set CLOISTER_DEBIAN_MIRROR to a mirror that can be reached'
    elif grep -qiE 'unshare|subuid|newuidmap|user namespace' "$1"; then
        fail 'this user may not create user namespaces' 'run as root, or install uidmap and add a line for the user to /etc/subuid and /etc/subgid'
    fi
    fail 'the Debian packages could not be installed' "read $cache/last-failure.log"
}

compress_root() {
    mksquashfs - "$1" -tar -comp lz4 -Xhc -no-xattrs -root-mode 755 -all-time "$epoch" -mkfs-time "$epoch" -quiet -no-progress \
        < "$work/root.tar" > "$work/mksquashfs.log" 2>&1 ||
        { tail -n 5 "$work/mksquashfs.log" >&2; explain_failure "$work/mksquashfs.log"; }
}

collect_kernel() {
    local stage=$1 image
    image=$(kernel_image)
    cp "$image" "$stage/kernel"
    echo "${image##*/vmlinuz-}" > "$work/kernel-version"
    mkdir "$stage/modules"
    order_of_modules > "$stage/modules/order"
}

kernel_image() { compgen -G "$work/kernel/kernel/boot/vmlinuz-*"; }

# Copies the modules of recipe/modules and what they depend on, decompressed, and prints their names in load order.
order_of_modules() {
    local module
    local -A seen=()
    for module in $(list modules); do add_module "$module"; done
}

add_module() {
    local name=${1//-/_} file dependency
    [[ -z ${seen[$name]-} ]] || return 0
    seen[$name]=yes
    file=$(find "$work/kernel/kernel/lib/modules" -name "${name//_/[-_]}.ko*" -print -quit)
    [[ -n $file ]] || fail "the kernel has no module $name" 'correct recipe/modules'
    decompress "$file" > "$work/root-stage/modules/$name.ko"
    for dependency in $(tr '\0' '\n' < "$work/root-stage/modules/$name.ko" | sed -n 's/^depends=//p' | tr , ' '); do
        add_module "$dependency"
    done
    echo "$name.ko"
}

decompress() {
    case $1 in
        *.ko) cat "$1" ;;
        *.xz) xz -dc "$1" ;;
        *.zst) zstd -dc "$1" ;;
        *.gz) gzip -dc "$1" ;;
    esac
}
