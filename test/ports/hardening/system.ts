import { type TaskList, copy, file, from, group, packages, paths, shell, template } from 'run-playbook'
import type { Handlers } from './handlers.ts'
import { type Found, kernelDiffers } from './look.ts'
import { ROOT, templateFile } from './shared.ts'
import type { Vars } from './vars.ts'

const MANAGED = '# Managed by run-playbook.\n'
const SYSCTL = '/etc/sysctl.d/90-hardening.conf'

/** Limits, logins, kernel and packages. */
export const system = (vars: Vars, found: Found, on: Handlers): TaskList => [
  group({ tags: ['limits'] }, [
    file('limits folder', { path: '/etc/security/limits.d', state: 'directory', mode: '0755', ...ROOT }),
    copy('no core dumps', {
      dest: '/etc/security/limits.d/10.hardcore.conf',
      content: `${MANAGED}*\thard\tcore\t0\n`,
      mode: '0440',
      ...ROOT,
    }),
    file('coredump folder', {
      path: '/etc/systemd/coredump.conf.d',
      state: 'directory',
      mode: '0755',
      ...ROOT,
    }),
    copy(
      'no core dumps by systemd',
      {
        dest: '/etc/systemd/coredump.conf.d/custom.conf',
        content: `${MANAGED}[Coredump]\nStorage=none\n`,
        mode: '0644',
        ...ROOT,
      },
      { notify: on.daemonReload },
    ),
    file(
      'no Ctrl-Alt-Del',
      { path: '/etc/systemd/system/ctrl-alt-del.target', state: 'link', target: '/dev/null' },
      { notify: on.daemonReload },
    ),
  ]),
  group({ tags: ['login'] }, [
    template('login.defs', {
      src: templateFile('login.defs.hbs'),
      dest: '/etc/login.defs',
      mode: '0444',
      ...ROOT,
      vars,
    }),
    copy('no core dumps of shells', {
      dest: '/etc/profile.d/no-core-dumps.sh',
      content: `${MANAGED}ulimit -S -c 0 >/dev/null 2>&1\n`,
      mode: '0750',
      ...ROOT,
    }),
    copy('idle shells end', {
      dest: '/etc/profile.d/tmout.sh',
      content: `${MANAGED}export TMOUT=${vars.autoLogout}\nreadonly TMOUT\n`,
      mode: '0644',
      ...ROOT,
    }),
    template('securetty', {
      src: templateFile('lines.hbs'),
      dest: '/etc/securetty',
      mode: '0400',
      ...ROOT,
      vars: { lines: vars.rootTerminals },
    }),
  ]),
  group({ tags: ['kernel'] }, [
    packages('kmod', { names: 'kmod' }),
    template(
      'unused kernel modules',
      from(found.disks, (mounts) => {
        const used = new Set(mounts.map(({ filesystem }) => filesystem))
        return {
          src: templateFile('lines.hbs'),
          dest: '/etc/modprobe.d/hardening.conf',
          mode: '0644',
          ...ROOT,
          vars: {
            lines: vars.unusedModules
              .filter((name) => !used.has(name))
              .map((name) => `install ${name} /bin/true`),
          },
        }
      }),
    ),
    copy('kernel settings at boot', {
      dest: SYSCTL,
      content:
        MANAGED +
        Object.entries(vars.sysctl)
          .map(([name, value]) => `${name} = ${value}\n`)
          .join(''),
      mode: '0440',
      ...ROOT,
    }),
    shell(
      'kernel settings',
      { script: `sysctl -q -e -p ${SYSCTL}` },
      { when: kernelDiffers(found.kernel, vars.sysctl), touches: [paths.below('/proc/sys')] },
    ),
  ]),
  group({ tags: ['packages'] }, [
    packages('unwanted packages', { names: vars.unwantedPackages, state: 'absent' }),
  ]),
]
