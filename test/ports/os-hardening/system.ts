import { type TaskList, copy, file, from, group, limits, service, sysctl, template } from 'run-playbook'
import type { Found } from './look.ts'
import { MANAGED, ROOT, templateFile } from './shared.ts'
import type { Vars } from './vars.ts'

const HARDCORE = '/etc/security/limits.d/10.hardcore.conf'
const COREDUMP = '/etc/systemd/coredump.conf.d'
const PROFILE = '/etc/profile.d/pinerolo_profile.sh'

const noCoreDumps: TaskList = [
  file('folder of limits', { path: '/etc/security/limits.d', state: 'directory', mode: '0755', ...ROOT }),
  limits('no core dumps', {
    path: HARDCORE,
    domain: '*',
    type: 'hard',
    item: 'core',
    value: 0,
    mode: '0440',
    ...ROOT,
  }),
  file('folder of coredump.conf', { path: COREDUMP, state: 'directory', mode: '0755', ...ROOT }),
  copy('no core dumps by systemd', {
    dest: `${COREDUMP}/custom.conf`,
    content: '[Coredump]\nStorage=none\n',
    mode: '0644',
    ...ROOT,
  }),
]

const coreDumps: TaskList = [COREDUMP, HARDCORE].map((path) => file(`no ${path}`, { path, state: 'absent' }))

/** Limits, logins and the kernel. */
export const system = (vars: Vars, found: Found): TaskList => [
  group({ tags: ['limits'] }, [vars.coreDumps ? coreDumps : noCoreDumps]),
  group({ tags: ['login_defs'] }, [
    template('login.defs', {
      src: templateFile('login.defs.hbs'),
      dest: '/etc/login.defs',
      mode: '0444',
      ...ROOT,
      vars,
    }),
  ]),
  group({ tags: ['profile'] }, [
    vars.coreDumps
      ? file('core dumps of shells', { path: PROFILE, state: 'absent' })
      : copy('no core dumps of shells', {
          dest: PROFILE,
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
  ]),
  group({ tags: ['securetty'] }, [
    template('securetty', {
      src: templateFile('lines.hbs'),
      dest: '/etc/securetty',
      mode: '0400',
      ...ROOT,
      vars: { lines: vars.rootTerminals },
    }),
  ]),
  group({ tags: ['modprobe'] }, [
    file('folder of modprobe.d', { path: '/etc/modprobe.d', state: 'directory', mode: '0755', ...ROOT }),
    template(
      'unused kernel modules',
      from([found.disks, found.efi], (mounted, { files }) => {
        const used = new Set([...mounted.map(({ filesystem }) => filesystem), ...vars.keptModules])
        if (files.length > 0) used.add('vfat')
        const unused = vars.unusedModules.filter((name) => !used.has(name)).toSorted()
        return {
          src: templateFile('lines.hbs'),
          dest: '/etc/modprobe.d/dev-sec.conf',
          mode: '0644',
          ...ROOT,
          vars: { lines: unused.map((name) => `install ${name} /bin/true`) },
        }
      }),
    ),
  ]),
  group({ tags: ['sysctl'] }, [
    Object.entries(vars.sysctl).map(([name, value]) =>
      sysctl(name, {
        name,
        value,
        file: '/etc/sysctl.d/90-dev-sec.conf',
        mode: '0440',
        ...ROOT,
        ignoreErrors: true,
      }),
    ),
    vars.ufw &&
      template('ufw', {
        src: templateFile('ufw.hbs'),
        dest: '/etc/default/ufw',
        mode: '0644',
        vars: vars.ufw,
      }),
  ]),
  vars.noCtrlAltDel &&
    group({ tags: ['ctrlaltdel'] }, [
      service('no Ctrl-Alt-Del', { name: 'ctrl-alt-del.target', masked: true }),
    ]),
]
