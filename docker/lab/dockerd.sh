#!/bin/sh
# usage: unshare --mount --propagation unchanged dockerd.sh FOLDER ARGUMENT…
# dockerd in a mount namespace of its own: what it mounts is not seen on the machine, and is gone when it ends.
set -eu

folder=$1
shift

# unshare would do it, and fail in a chroot whose / is not a mount point.
mount --make-rprivate / 2> /dev/null || true

# In a chroot nobody may have mounted the cgroups. /proc/self/cgroup says which there are: "4:cpu,cpuacct:/" is
# a hierarchy of version 1, "1:name=systemd:/" one without a controller, and "0::/" is version 2.
mount_cgroups() {
  mount -t tmpfs -o mode=755 cgroup /sys/fs/cgroup
  while IFS=: read -r id controllers _; do
    case $id:$controllers in
      0:*) target=/sys/fs/cgroup/unified type=cgroup2 options=rw ;;
      *:name=*) target=/sys/fs/cgroup/${controllers#name=} type=cgroup options=none,$controllers ;;
      *) target=/sys/fs/cgroup/$controllers type=cgroup options=$controllers ;;
    esac
    mkdir -p "$target"
    mount -t "$type" -o "$options" cgroup "$target"
  done < /proc/self/cgroup
}

if ! grep -q '^[^ ]* /sys/fs/cgroup' /proc/mounts; then
  if grep -qv '^0:' /proc/self/cgroup; then mount_cgroups; else mount -t cgroup2 cgroup /sys/fs/cgroup; fi
fi

# usage: outside COMMAND…  (with the root of the mount namespace as /, which in a chroot is another one than ours)
outside() {
  nsenter --mount=/proc/self/ns/mnt --wd=. -- "$@"
}

cd /
[ "$(outside stat -c %d:%i /)" != "$(stat -c %d:%i /)" ] || exec dockerd "$@"

# Entering a container leads to where the namespace has its root: from an engine in a chroot it would lead to the
# system around the chroot. So the chroot becomes the root of the namespace, and the rest is let go.
mkdir -p "$folder"
mount --rbind / "$folder"
cd "$folder"
exec nsenter --mount=/proc/self/ns/mnt --wd=. -- sh -c \
  'pivot_root . . && umount -l . && cd / && exec dockerd "$@"' dockerd "$@"
