import { type Group, file, group, packages, pam, paths, shell, template } from 'run-playbook'
import { ROOT, templateFile } from './shared.ts'
import type { Vars } from './vars.ts'

const PROFILES = '/usr/share/pam-configs'
const PAM = '/etc/pam.d'

const profile = (name: string, vars: Vars, wanted: boolean) =>
  wanted
    ? template(`PAM profile ${name}`, {
        src: templateFile(`${name}.hbs`),
        dest: `${PROFILES}/${name}`,
        mode: '0644',
        ...ROOT,
        vars,
      })
    : file(`no PAM profile ${name}`, { path: `${PROFILES}/${name}`, state: 'absent' })

/** Password checks, and accounts that are locked after failed logins. */
export function pamRules(vars: Vars): Group {
  const checks = vars.passwdqc !== ''
  const locks = vars.loginRetries > 0
  const inUse = [
    `[ ${Number(locks)} = "$(grep -c 'pam_faillock.so.*authfail' ${PAM}/common-auth)" ]`,
    `[ ${Number(locks)} = "$(grep -c pam_faillock.so ${PAM}/common-account)" ]`,
    checks
      ? `grep -qF 'pam_passwdqc.so ${vars.passwdqc}' ${PAM}/common-password`
      : `! grep -q pam_passwdqc.so ${PAM}/common-password`,
  ]
  return group({ tags: ['pam'] }, [
    file('no PAM profile tally2', { path: `${PROFILES}/tally2`, state: 'absent' }),
    file('folder of faillock', { path: '/run/faillock', state: 'directory', mode: '0755', ...ROOT }),
    template('faillock.conf', {
      src: templateFile('faillock.conf.hbs'),
      dest: '/etc/security/faillock.conf',
      mode: '0644',
      ...ROOT,
      vars,
    }),
    ['faillock', 'faillock_authfail'].map((name) => profile(name, vars, locks)),
    packages('no cached credentials', { names: 'libpam-ccreds', state: 'absent' }),
    packages('password checks', { names: 'libpam-passwdqc', state: checks ? 'present' : 'absent' }),
    locks && packages('PAM modules', { names: 'libpam-modules' }),
    profile('passwdqc', vars, checks),
    shell(
      'PAM profiles in use',
      {
        script: 'pam-auth-update --package',
        env: { DEBIAN_FRONTEND: 'noninteractive' },
        unless: inUse.join(' && '),
        sees: [paths.below(PAM)],
      },
      { touches: [paths.below(PAM), paths.below('/var/lib/pam')] },
    ),
    pam('login with a key when the password is too old', {
      name: 'common-account',
      type: 'account',
      control: '[success=1 new_authtok_reqd=done default=ignore]',
      modulePath: 'pam_unix.so',
      state: 'argsPresent',
      moduleArguments: ['no_pass_expiry'],
    }),
  ])
}
