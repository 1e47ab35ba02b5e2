# shellcheck shell=bash
# What the recipes share: where packages come from, the small initial RAM disk,
# the boot partition, the disk, and the .box with its catalog. Sourced by the
# recipes, which boxes/build starts; nothing here needs root or a loop device.
#
# The disk that comes out:
#   sector 0      master boot record of syslinux
#   partition 1   FAT: kernel, initrd, syslinux for BIOS, systemd-boot for UEFI
#   partition 2   ext4: the root file system
# A partitioned disk with a FAT boot partition can be made with plain file tools,
# and it starts under BIOS and UEFI alike.

BOXES=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
SUITE=bookworm
# Programs such as mke2fs and sfdisk are not in an ordinary user's path.
PATH=$PATH:/usr/sbin:/sbin
export PATH LC_ALL=C

say() { printf '%s: %s\n' "$BOX" "$*" >&2; }
die() { say "$*"; exit 1; }

# Prints the apt source lines for Debian 12: the mirrors of this machine where it
# uses Debian (an instructor's local mirror is so used by itself), else Debian's
# own redirector. ROVE_DEBIAN_MIRROR overrides both.
apt_sources() {
    local main security
    main=${ROVE_DEBIAN_MIRROR:-$(repository_of Debian)}
    security=${ROVE_DEBIAN_SECURITY_MIRROR:-$(repository_of Debian-Security)}
    main=${main:-http://deb.debian.org/debian}
    printf 'deb %s %s main\n' "$main" "$SUITE"
    # A mirror named by hand may lack the security archive: leave it out then.
    if [ -n "$security" ]; then
        printf 'deb %s %s-security main\n' "$security" "$SUITE"
    elif [ -z "${ROVE_DEBIAN_MIRROR:-}" ]; then
        printf 'deb http://deb.debian.org/debian-security %s-security main\n' "$SUITE"
    fi
}

# Prints the address of the first apt repository of this machine with that label.
repository_of() {
    # shellcheck disable=SC2016  # apt-get fills in the fields, not the shell
    apt-get indextargets --format '$(LABEL)|$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 2>/dev/null |
        sed -n "s/^$1|//p" | head -n 1
}

# run_mmdebstrap ARGUMENT...: like the program itself, with its chatter in a log
# that is shown only when it fails. Sources come last, from apt_sources.
run_mmdebstrap() {
    local sources
    mapfile -t sources < <(apt_sources)
    # A copy: the other user ids of a user namespace may not be able to enter the checkout.
    install -m 644 "$BOXES/keys/debian-12-archive.asc" "$WORK/archive.asc"
    TMPDIR=$WORK mmdebstrap --keyring="$WORK/archive.asc" --aptopt='Acquire::Languages "none"' --aptopt='Acquire::Retries "3"' \
        "$@" "${sources[@]}" >"$WORK/mmdebstrap.log" 2>&1 || {
        tail -n 30 "$WORK/mmdebstrap.log" >&2
        die "mmdebstrap failed; its last lines are above"
    }
}

# modules_of ROOT KERNEL MODULE...: the files of these modules and of all that they
# need, in the order in which they must be loaded. Modules that this kernel does
# not have (or has built in) are passed over.
modules_of() {
    local root=$1 kernel=$2 module
    shift 2
    for module in "$@"; do
        modprobe --set-version "$kernel" --dirname "$root" --show-depends "$module" 2>/dev/null || true
    done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
}

# make_initrd OUTPUT BUSYBOX MODULE_FILE...
make_initrd() {
    local output=$1 busybox=$2 tree=$WORK/initrd number=0 file
    shift 2
    mkdir -p "$tree"/{bin,dev,proc,sys,m,newroot}
    install -m 755 "$BOXES/boot/init" "$tree/init"
    install -m 755 "$busybox" "$tree/bin/busybox"
    ln -s busybox "$tree/bin/sh"
    for file in "$@"; do
        cp "$file" "$tree/m/$(printf '%03d-%s' "$number" "$(basename "$file")")"
        number=$((number + 1))
    done
    find "$tree" -exec touch -h -d "@$EPOCH" {} +
    (cd "$tree" && find . -print0 | sort -z | cpio --null -o -H newc --quiet -R 0:0 --reproducible) | gzip -n -9 >"$output"
}

# make_root_image OUTPUT SIZE_MIB TREE MKE2FS_OPTION...: an ext4 file system with
# the tree's files. Owners come from the tree, so run this under fakeroot.
make_root_image() {
    local output=$1 size_mib=$2 tree=$3
    shift 3
    truncate -s "${size_mib}M" "$output"
    E2FSPROGS_FAKE_TIME=$EPOCH mke2fs -q -F -t ext4 -L root -U 726f7665-0000-4000-8000-000000000002 \
        -m 0 -E "lazy_itable_init=0,lazy_journal_init=0,root_owner=0:0,hash_seed=726f7665-0000-4000-8000-000000000003" \
        "$@" -d "$tree" "$output"
}

# make_disk OUTPUT SIZE_GIB BOOT_MIB KERNEL INITRD SYSTEMD_BOOT ROOT_IMAGE KERNEL_ARGUMENT...
make_disk() {
    local output=$1 size_mib=$(($2 * 1024)) boot_mib=$3 kernel=$4 initrd=$5 efi=$6 root_image=$7
    shift 7
    local raw=$WORK/disk.raw fat=$WORK/boot.fat arguments="root=LABEL=root rw $*" bits=16 type=6
    if [ "$boot_mib" -gt 32 ]; then bits=32 type=c; fi

    truncate -s "${boot_mib}M" "$fat"
    # -h: the number of sectors before the partition, which syslinux reads.
    mkfs.vfat -F "$bits" -n BOOT -i 726f7665 -h 2048 "$fat" >/dev/null
    cat >"$WORK/syslinux.cfg" <<END
DEFAULT linux
PROMPT 0
TIMEOUT 0
LABEL linux
  KERNEL vmlinuz
  APPEND initrd=initrd.img $arguments
END
    printf 'timeout 0\ndefault linux\n' >"$WORK/loader.conf"
    printf 'title Linux\nlinux /vmlinuz\ninitrd /initrd.img\noptions %s\n' "$arguments" >"$WORK/linux.conf"
    touch -d "@$EPOCH" "$WORK"/{syslinux.cfg,loader.conf,linux.conf}
    mmd -i "$fat" ::EFI ::EFI/BOOT ::loader ::loader/entries
    mcopy -m -i "$fat" "$kernel" ::vmlinuz
    mcopy -m -i "$fat" "$initrd" ::initrd.img
    mcopy -m -i "$fat" "$efi" ::EFI/BOOT/BOOTX64.EFI
    mcopy -m -i "$fat" "$WORK/loader.conf" ::loader/loader.conf
    mcopy -m -i "$fat" "$WORK/linux.conf" ::loader/entries/linux.conf
    mcopy -m -i "$fat" "$WORK/syslinux.cfg" ::syslinux.cfg
    syslinux --install "$fat"

    truncate -s "${size_mib}M" "$raw"
    sfdisk -q "$raw" <<END
label: dos
label-id: 0x726f7665
start=2048, size=$((boot_mib * 2048)), type=$type, bootable
start=$((2048 + boot_mib * 2048)), type=83
END
    dd if=/usr/lib/SYSLINUX/mbr.bin of="$raw" bs=440 count=1 conv=notrunc status=none
    dd if="$fat" of="$raw" bs=1M seek=1 conv=notrunc,sparse status=none
    dd if="$root_image" of="$raw" bs=1M seek=$((1 + boot_mib)) conv=notrunc,sparse status=none
    qemu-img convert -c -O qcow2 -o compression_type=zlib "$raw" "$output"
    rm -f "$raw" "$fat"
}

# pack DISK SIZE_GIB VAGRANTFILE CATALOG_NAME DESCRIPTION: the .box, and beside it
# the catalog that offers it. Both appear under their names only when whole.
pack() {
    local disk=$1 size_gib=$2 vagrantfile=$3 name=$4 description=$5 tree=$WORK/box sum version
    mkdir -p "$tree"
    mv "$disk" "$tree/box.img"
    cp "$vagrantfile" "$tree/Vagrantfile"
    printf '{"provider":"libvirt","format":"qcow2","virtual_size":%d}\n' "$size_gib" >"$tree/metadata.json"
    chmod 644 "$tree"/*
    # The disk is compressed already: gzip is only the wrapper that the format asks for.
    tar -C "$tree" --sort=name --mtime="@$EPOCH" --owner=0 --group=0 --numeric-owner -c metadata.json Vagrantfile box.img |
        gzip -n -1 >"$WORK/$BOX.box"
    sum=$(sha256sum "$WORK/$BOX.box" | cut -d ' ' -f 1)
    # Newer builds have a higher version, so that `box update` and `box outdated` see them.
    version=$(date -u -d "@$EPOCH" +%Y%m%d.%H%M.0)
    cat >"$WORK/$BOX.json" <<END
{
  "name": "$name",
  "description": "$description",
  "versions": [
    {
      "version": "$version",
      "providers": [
        {
          "name": "libvirt",
          "url": "file://$OUT/$BOX.box",
          "checksum_type": "sha256",
          "checksum": "$sum",
          "architecture": "amd64",
          "default_architecture": true
        }
      ]
    }
  ]
}
END
    mv "$WORK/$BOX.box" "$OUT/$BOX.box"
    mv "$WORK/$BOX.json" "$OUT/$BOX.json"
}

# publish DISK: the disk alone, and beside it the file with its checksum, as
# distributions publish their images.
publish() {
    local disk=$1 name=$BOX.qcow2
    (cd "$(dirname "$disk")" && mv "$(basename "$disk")" "$name" && sha256sum "$name" >SHA256SUMS)
    mv "$(dirname "$disk")/$name" "$OUT/$name"
    mv "$(dirname "$disk")/SHA256SUMS" "$OUT/SHA256SUMS"
}
