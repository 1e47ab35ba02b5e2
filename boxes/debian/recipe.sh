# shellcheck shell=bash
# The debian12 box: a real Debian 12 as an instructor would make one, with systemd,
# OpenSSH, sudo, rsync and python3.
#
# Variants (VARIANT, set by boxes/build):
#   generic   Debian's usual kernel: runs on every hypervisor, also with SATA disks
#             and Intel network cards as VirtualBox and Hyper-V offer them
#   cloud     Debian's cloud kernel: smaller, virtio, NVMe, Hyper-V and VMware only
#   cloud-init  the same kernel, and what distributions put into their images for
#             clouds: cloud-init, nobody to log in as; a bare image, no box
#
# `fetch` runs as the user, `assemble` under fakeroot (see boxes/build).

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

SIZE_GIB=8
BOOT_MIB=128
NAME=rove/debian12
# The version of systemd in this suite, as its library is named.
SYSTEMD=252
case $VARIANT in
    cloud | cloud-init) kernel_package=linux-image-cloud-amd64 ;;
    generic) kernel_package=linux-image-amd64 ;;
    *) die "no variant \`$VARIANT\`" ;;
esac
packages=(
    systemd-sysv dbus udev kmod busybox-static systemd-boot-efi "$kernel_package"
    openssh-server sudo rsync python3 ca-certificates
    ifupdown isc-dhcp-client iproute2 iputils-ping netbase
    less procps vim-tiny
)
if [ "$VARIANT" = cloud-init ]; then
    SIZE_GIB=2
    packages+=(cloud-init cloud-guest-utils)
fi
# The file system, and the disk controllers that hypervisors offer, for boot/init.
disk_modules=(ext4 crc32c_generic virtio_pci virtio_blk sd_mod ahci ata_piix virtio_scsi nvme hv_storvsc mptspi
    mptsas vmw_pvscsi)
# Parts of the usual kernel that no virtual machine has a use for: half its size.
useless_modules=(sound drivers/media drivers/gpu/drm/amd drivers/gpu/drm/i915 drivers/gpu/drm/nouveau
    drivers/gpu/drm/radeon drivers/net/wireless drivers/infiniband drivers/staging drivers/iio drivers/isdn
    drivers/bluetooth drivers/mtd drivers/hwmon drivers/leds drivers/nfc drivers/accel drivers/comedi
    drivers/thunderbolt net/bluetooth net/mac80211 net/wireless drivers/platform)
system=$WORK/system

# The mode: root where we are root; else user namespaces, which need a range of
# subordinate ids and newuidmap; else fakechroot, which needs neither.
mode() {
    if [ "$(id -u)" = 0 ]; then
        echo root
    elif command -v newuidmap >/dev/null && grep -q "^$(id -un):" /etc/subuid 2>/dev/null &&
        unshare --user --map-root-user true 2>/dev/null; then
        echo unshare
    else
        echo fakechroot
    fi
}

# A tar file with the installed system. Going through tar keeps the owners of files
# whatever the mode was, and leaves out what is mounted while packages are set up.
fetch() {
    local folder options=()
    for folder in "${useless_modules[@]}"; do
        options+=("--dpkgopt=path-exclude=/lib/modules/*/kernel/$folder/*")
    done
    for folder in doc man info locale; do
        options+=("--dpkgopt=path-exclude=/usr/share/$folder/*")
    done
    # Licences stay, as they must when software is passed on.
    options+=('--dpkgopt=path-include=/usr/share/doc/*/copyright')
    say "installing packages (mmdebstrap in ${MODE:=$(mode)} mode; takes a minute or two)"
    if [ "$MODE" = fakechroot ]; then
        # There the loader does not know that the root is elsewhere, and systemd's
        # programs name the folder of their own library in full. mmdebstrap adds
        # lib/systemd to the search path, where the library was before systemd 249:
        # let it be found there until the packages are set up (Debian bug 917920).
        options+=(
            "--essential-hook=mkdir -p \"\$1/usr/lib/systemd\""
            "--essential-hook=ln -s ../x86_64-linux-gnu/systemd/libsystemd-shared-$SYSTEMD.so \"\$1/usr/lib/systemd/\""
            "--customize-hook=rm \"\$1/usr/lib/systemd/libsystemd-shared-$SYSTEMD.so\""
        )
    fi
    # INITRD=No: initramfs-tools makes its own, slower one only when the kernel is upgraded.
    INITRD=No run_mmdebstrap --mode="$MODE" --variant=minbase --include="${packages[*]}" "${options[@]}" \
        --customize-hook="copy-in $BOXES/debian/root /tmp" \
        --customize-hook="copy-in $BOXES/keys/insecure.pub /tmp" \
        --customize-hook="copy-in $BOXES/debian/setup /tmp" \
        --customize-hook="chroot \"\$1\" sh /tmp/setup $VARIANT" \
        "$SUITE" "$WORK/system.tar"
}

assemble() {
    local kernel_version files
    say "making the disk"
    mkdir "$system"
    tar -C "$system" --numeric-owner -xf "$WORK/system.tar"
    rm "$WORK/system.tar"
    kernel_version=$(ls "$system/lib/modules")
    mapfile -t files < <(modules_of "$system" "$kernel_version" "${disk_modules[@]}")
    make_initrd "$WORK/initrd.img" "$system/bin/busybox" "${files[@]}"
    make_root_image "$WORK/root.ext4" $((SIZE_GIB * 1024 - BOOT_MIB - 1)) "$system"
    make_disk "$WORK/box.img" "$SIZE_GIB" "$BOOT_MIB" "$system/boot/vmlinuz-$kernel_version" "$WORK/initrd.img" \
        "$system/usr/lib/systemd/boot/efi/systemd-bootx64.efi" "$WORK/root.ext4" \
        console=tty0 console=ttyS0 quiet net.ifnames=0 panic=5 \
        mitigations=off tsc=reliable no_timer_check random.trust_cpu=1
    if [ "$VARIANT" = cloud-init ]; then
        publish "$WORK/box.img"
        return
    fi
    pack "$WORK/box.img" "$SIZE_GIB" "$BOXES/debian/Vagrantfile" "$NAME" "Debian 12 with systemd, OpenSSH, sudo, rsync and python3"
}

"$1"
