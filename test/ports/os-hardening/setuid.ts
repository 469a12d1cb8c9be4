/** Programs that need no other user's rights. */
export const NO_SETUID = (
  '/usr/bin/rcp /usr/bin/rlogin /usr/bin/rsh /usr/libexec/openssh/ssh-keysign /usr/lib/openssh/ssh-keysign /usr/sbin/netreport ' +
  '/usr/sbin/usernetctl /usr/sbin/userisdnctl /usr/sbin/pppd /usr/bin/lockfile /usr/bin/mail-lock /usr/bin/mail-unlock ' +
  '/usr/bin/mail-touchlock /usr/bin/dotlockfile /usr/bin/arping /usr/sbin/uuidd /usr/bin/mtr ' +
  '/usr/lib/evolution/camel-lock-helper-1.2 /usr/lib/pt_chown /usr/lib/eject/dmcrypt-get-device /usr/lib/mc/cons.saver'
).split(' ')

/** Programs that may have them where all that are unknown lose them. */
export const SETUID = (
  '/usr/bin/mount /usr/bin/ping /usr/bin/su /usr/bin/umount /usr/sbin/pam_timestamp_check /usr/sbin/unix_chkpwd /usr/bin/at ' +
  '/usr/bin/gpasswd /usr/bin/locate /usr/bin/newgrp /usr/bin/passwd /usr/bin/ssh-agent /usr/libexec/utempter/utempter ' +
  '/usr/sbin/lockdev /usr/sbin/sendmail.sendmail /usr/bin/expiry /usr/bin/ping6 /usr/bin/traceroute6.iputils ' +
  '/usr/sbin/mount.nfs /usr/sbin/umount.nfs /usr/sbin/mount.nfs4 /usr/sbin/umount.nfs4 /usr/bin/crontab /usr/bin/wall ' +
  '/usr/bin/write /usr/bin/screen /usr/bin/mlocate /usr/bin/chage /usr/bin/chfn /usr/bin/chsh /usr/bin/fusermount ' +
  '/usr/bin/pkexec /usr/bin/sudo /usr/bin/sudoedit /usr/sbin/postdrop /usr/sbin/postqueue /usr/sbin/suexec ' +
  '/usr/lib/squid/ncsa_auth /usr/lib/squid/pam_auth /usr/sbin/ccreds_validate /usr/bin/Xorg /usr/bin/X ' +
  '/usr/lib/dbus-1.0/dbus-daemon-launch-helper /usr/lib/vte/gnome-pty-helper'
).split(' ')
