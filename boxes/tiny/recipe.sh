# shellcheck shell=bash
# The tiny box: a kernel, busybox and dropbear, with what a lab tool expects of any
# guest (bash, sudo, rsync, scp, sftp). It is there for tests: a boot to the first
# SSH command takes a third of a full system's time, and 96 MiB of memory do.
#
# Variants (VARIANT, set by boxes/build):
#   cloud     Debian's cloud kernel: virtio, NVMe, Hyper-V and VMware devices
#   generic   Debian's usual kernel: also SATA (AHCI) and Intel network cards, as
#             VirtualBox and Hyper-V offer them to their guests
#
# `fetch` runs as the user, `assemble` under fakeroot (see boxes/build).
#
# All binaries come from Debian packages, unpacked but not installed, so the box is
# the same whatever the machine that builds it runs.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

SIZE_GIB=1
BOOT_MIB=24
case $VARIANT in
    cloud)
        kernel_package=linux-image-cloud-amd64
        name=rove/tiny
        disk_modules=(ext4 crc32c_generic virtio_pci virtio_blk sd_mod ata_piix virtio_scsi nvme)
        # Those for the rest of the hardware are loaded by /etc/rc when it is there.
        modules=(virtio_net virtio_rng virtio_balloon virtio_console virtiofs button evdev)
        ;;
    generic)
        kernel_package=linux-image-amd64
        name=rove/tiny-generic
        disk_modules=(ext4 crc32c_generic virtio_pci virtio_blk sd_mod ahci ata_piix virtio_scsi nvme hv_storvsc mptspi vmw_pvscsi)
        modules=(virtio_net virtio_rng virtio_balloon virtio_console virtiofs 9p 9pnet_virtio
            e1000 e1000e pcnet32 vmxnet3 hv_netvsc hv_utils button evdev)
        ;;
    *) die "no variant \`$VARIANT\`" ;;
esac

programs=(busybox-static bash rsync dropbear-bin openssh-client openssh-sftp-server sudo systemd-boot-efi "$kernel_package")

packages=$WORK/packages
root=$WORK/root
busybox=$packages/bin/busybox

# The packages, unpacked: `extract` with `chrootless` runs none of their scripts.
fetch() {
    say "fetching packages"
    run_mmdebstrap --mode=chrootless --variant=extract "$SUITE" "$packages" --include="${programs[*]}"
}

# keep FILE...: takes programs and loadable modules, with the libraries they need.
# The packages' own loader says which; the builder's may be of another release.
keep() {
    local file library
    local loader=$packages/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2
    local path=$packages/lib/x86_64-linux-gnu:$packages/usr/lib/x86_64-linux-gnu:$packages/usr/libexec/sudo
    for file in "$@"; do
        install -D -m 755 "$packages/$file" "$root/$file"
        LD_PRELOAD='' "$loader" --library-path "$path" --list "$packages/$file"
    done | sed -n "s|.* => $packages/\([^ ]*\) (.*|\1|p" | sort -u | while read -r library; do
        install -D -m 644 "$packages/$library" "$root/$library"
    done
}
add_programs() {
    install -m 755 "$busybox" "$root/bin/busybox"
    keep bin/bash usr/bin/rsync usr/bin/scp usr/sbin/dropbear usr/bin/dropbearkey \
        usr/lib/openssh/sftp-server usr/bin/sudo usr/libexec/sudo/sudoers.so \
        lib/x86_64-linux-gnu/security/pam_permit.so
    install -D -m 755 "$packages/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" "$root/lib64/ld-linux-x86-64.so.2"
    # Where Debian's dropbear looks for the sftp server.
    ln -s openssh/sftp-server "$root/usr/lib/sftp-server"
}

# Busybox's commands, as links in the folder where scripts expect them. Those that
# the tree has already (bash, our own shutdown) stay; the package tools would only
# make a guest look as if it had packages.
add_busybox_links() {
    local command folder
    for command in $("$busybox" --list-full); do
        folder=${command%/*}
        command=${command##*/}
        case $command in
            busybox | dpkg | dpkg-deb | rpm | rpm2cpio) continue ;;
        esac
        case $folder in
            *sbin) folder=sbin ;;
            *) folder=bin ;;
        esac
        [ -e "$root/$folder/$command" ] || [ -e "$root/usr/$folder/$command" ] || ln -s /bin/busybox "$root/$folder/$command"
    done
    # Ordinary users, whose path has no /sbin, find `ip` as they do in Debian.
    ln -s ../sbin/ip "$root/bin/ip"
}

# Users: root and vagrant, both with the password `vagrant` as boxes have it.
add_users() {
    local hash user
    hash=$(printf vagrant | "$busybox" mkpasswd -m sha512 -S rovetinybox -P 0)
    for user in root vagrant; do printf '%s:%s:19000:0:99999:7:::\n' "$user" "$hash"; done >"$root/etc/shadow"
    for user in sshd nobody; do printf '%s:!:19000::::::\n' "$user"; done >>"$root/etc/shadow"
    cp "$BOXES/keys/insecure.pub" "$root/home/vagrant/.ssh/authorized_keys"
    cp "$BOXES/tiny/root/etc/profile" "$root/home/vagrant/.profile"
}

# Kernel modules: the few that are useful, with a fresh dependency list.
add_modules() {
    local file files
    local folder=lib/modules/$kernel_version
    mapfile -t files < <(modules_of "$packages" "$kernel_version" "${disk_modules[@]}" "${modules[@]}")
    for file in "${files[@]}"; do
        install -D -m 644 "$file" "$root/${file#"$packages"/}"
    done
    cp "$packages/$folder"/modules.{builtin,builtin.modinfo,order} "$root/$folder/"
    depmod -b "$root" "$kernel_version"
}

# Owners and rights: everything is root's, as fakeroot lets us say, but for these.
set_owners() {
    chmod -R u=rwX,go=rX "$root"
    chown -R 0:0 "$root"
    chown -R 1000:1000 "$root/home/vagrant" "$root/vagrant"
    chmod 700 "$root/home/vagrant/.ssh" "$root/root"
    chmod 600 "$root/home/vagrant/.ssh/authorized_keys" "$root/etc/shadow"
    chmod 440 "$root/etc/sudoers" "$root"/etc/sudoers.d/*
    chmod 1777 "$root/tmp"
    chmod 4755 "$root/usr/bin/sudo"
}

assemble() {
    local disk_files
    kernel_version=$(ls "$packages/lib/modules")
    depmod -b "$packages" "$kernel_version"

    say "making the root file system"
    mkdir -p "$root"/{bin,sbin,dev,proc,sys,run,tmp,mnt,root,vagrant,lib,lib64,home/vagrant/.ssh} \
        "$root"/etc/{dropbear,sudoers.d} "$root"/etc/network/if-{pre-up,up,down,post-down}.d \
        "$root"/usr/{bin,sbin,lib} "$root"/var/{lib,log}
    cp -R "$BOXES/tiny/root/." "$root/"
    ln -s /run "$root/var/run"
    add_programs
    add_busybox_links
    add_users
    add_modules
    set_owners

    say "making the disk"
    mapfile -t disk_files < <(modules_of "$packages" "$kernel_version" "${disk_modules[@]}")
    make_initrd "$WORK/initrd.img" "$busybox" "${disk_files[@]}"
    # -N: room for enough files without the 60 000 inodes of a usual 1 GiB file system.
    make_root_image "$WORK/root.ext4" $((SIZE_GIB * 1024 - BOOT_MIB - 1)) "$root" -J size=4 -N 8192
    make_disk "$WORK/box.img" "$SIZE_GIB" "$BOOT_MIB" "$packages/boot/vmlinuz-$kernel_version" "$WORK/initrd.img" \
        "$packages/usr/lib/systemd/boot/efi/systemd-bootx64.efi" "$WORK/root.ext4" \
        console=tty0 console=ttyS0 quiet net.ifnames=0 panic=5 \
        mitigations=off tsc=reliable no_timer_check rcupdate.rcu_expedited=1 random.trust_cpu=1
    pack "$WORK/box.img" "$SIZE_GIB" "$BOXES/tiny/Vagrantfile" "$name" "busybox and dropbear on Debian's kernel, for tests"
}

"$1"
