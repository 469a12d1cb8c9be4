/**
 * A command that gives new files the labels that SELinux has for their paths. Where the kernel has no SELinux, nothing is started.
 * @param words of a shell: options of restorecon, and paths
 */
export const restoreLabels = (words: string): string =>
  `if [ -e /sys/fs/selinux/enforce ] && command -v restorecon >/dev/null; then restorecon ${words} || :; fi`
