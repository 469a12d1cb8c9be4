import { type Group, file, group, packages, paths, shell, template } from 'run-playbook'
import { ROOT, templateFile } from './shared.ts'
import type { Vars } from './vars.ts'

const PROFILES = '/usr/share/pam-configs'
const PAM = '/etc/pam.d'

/** Password checks, and accounts that are locked after failed logins. */
export const pam = (vars: Vars): Group =>
  group({ tags: ['pam'] }, [
    packages('no cached credentials', { names: 'libpam-ccreds', state: 'absent' }),
    packages('password checks', { names: 'libpam-passwdqc' }),
    packages('PAM modules', { names: 'libpam-modules' }),
    file('no tally2', { path: `${PROFILES}/tally2`, state: 'absent' }),
    file('faillock folder', { path: '/run/faillock', state: 'directory', mode: '0755', ...ROOT }),
    template('faillock.conf', {
      src: templateFile('faillock.conf.hbs'),
      dest: '/etc/security/faillock.conf',
      mode: '0644',
      ...ROOT,
      vars,
    }),
    ['passwdqc', 'faillock', 'faillock_authfail'].map((name) =>
      template(`PAM profile ${name}`, {
        src: templateFile(`${name}.hbs`),
        dest: `${PROFILES}/${name}`,
        mode: '0644',
        ...ROOT,
        vars,
      }),
    ),
    shell(
      'PAM profiles in use',
      {
        script: 'pam-auth-update --package',
        env: { DEBIAN_FRONTEND: 'noninteractive' },
        unless: `grep -q pam_faillock.so.authfail ${PAM}/common-auth && grep -q pam_faillock.so ${PAM}/common-account &&
  grep -qF 'pam_passwdqc.so ${vars.passwdqc}' ${PAM}/common-password`,
        sees: [paths.below(PAM)],
      },
      { touches: [paths.below(PAM), paths.below('/var/lib/pam')] },
    ),
    shell(
      'login with a key when the password is too old',
      {
        script: `sed -i '/^account.*pam_unix.so/{/no_pass_expiry/!s/$/ no_pass_expiry/}' ${PAM}/common-account`,
        unless: `! grep '^account.*pam_unix.so' ${PAM}/common-account | grep -qv no_pass_expiry`,
        sees: [paths.at(`${PAM}/common-account`)],
      },
      { touches: [paths.at(`${PAM}/common-account`)] },
    ),
  ])
