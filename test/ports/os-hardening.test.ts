import assert from 'node:assert/strict'
import { provePort } from './port.ts'

provePort({
  name: 'os-hardening',
  tasks: 100,
  drift: [
    {
      by: `sed -i 's/ no_pass_expiry//' /etc/pam.d/common-account`,
      tasks: ['login with a key when the password is too old'],
    },
    {
      by: 'DEBIAN_FRONTEND=noninteractive apt-get remove -y -q libpam-passwdqc',
      tasks: ['password checks', 'PAM profile passwdqc', 'PAM profiles in use'],
      needless: ['restart the journal'],
    },
    { by: 'systemctl unmask -q ctrl-alt-del.target', tasks: ['no Ctrl-Alt-Del'] },
    { by: `sed -i 's/^UMASK.*/UMASK 022/' /etc/login.defs`, tasks: ['login.defs'] },
    {
      by: 'sysctl -q -w net.ipv4.icmp_echo_ignore_broadcasts=0',
      tasks: ['net.ipv4.icmp_echo_ignore_broadcasts'],
    },
    { by: 'echo + >/root/.rhosts', tasks: ['no /root/.rhosts'] },
    {
      by: 'install -m 0777 /bin/true /usr/local/bin/open',
      tasks: ['nobody else writes to /usr/local/bin/open'],
    },
    { by: 'chmod 4755 /usr/lib/openssh/ssh-keysign', tasks: ['no setuid for /usr/lib/openssh/ssh-keysign'] },
    { by: 'chage -M 99999 operator', tasks: ['password age of operator'] },
    { by: 'usermod -s /bin/sh games', tasks: ['no login for games'] },
    { by: 'chmod 0666 /etc/group-', tasks: ['access to /etc/group-'] },
    {
      by: 'mount -o remount,rw,nosuid,nodev,exec,relatime /proc',
      tasks: ['processes of others are hidden'],
    },
    { by: `sed -i '/core/d' /etc/security/limits.d/10.hardcore.conf`, tasks: ['no core dumps'] },
  ],
  unknown: { bare: 0.1, drifted: 0.1 },
  shells: 0.05,
  works: async ({ sh }) => {
    const rules = await sh('cat /etc/pam.d/common-auth /etc/pam.d/common-account /etc/pam.d/common-password')
    assert.match(rules, /pam_faillock\.so preauth[^]*pam_faillock\.so authfail/)
    assert.match(rules, /pam_unix\.so no_pass_expiry/)
    assert.match(rules, /pam_passwdqc\.so min=disabled,disabled,16,12,8/)
    assert.match(await sh('chage -l operator'), /^Maximum.*: 60$/m)
    assert.match(await sh('bash -lc "ulimit -S -c"'), /^0$/m)
  },
})
