/**
 * POSIX sh that prints which boot of a host this is: the kernel's id of it, and when process 1 was started. A container
 * has the kernel of its machine, so only the second tells that it was restarted; it is empty where it may not be seen.
 * The name of process 1 stands in brackets and may contain anything; the time is the 22nd field, the 20th behind it.
 */
export const BOOT_ID =
  "echo \"$(cat /proc/sys/kernel/random/boot_id) $(sed 's/.*) //' /proc/1/stat 2>/dev/null | cut -d ' ' -f 20)\""
