import {
  type TaskList,
  type TaskOptions,
  aptPin,
  copy,
  defineRole,
  facts,
  file,
  from,
  packages,
  service,
  serviceReload,
  serviceRestart,
  template,
} from 'run-playbook'
import { type Vars, type Vhost, vars as schema } from './vars.ts'

const CONFIG = '/etc/nginx/nginx.conf'
const VHOSTS = '/etc/nginx/sites-enabled'
const KEYRING = '/etc/apt/keyrings/nginx.asc'
const ROOT = { owner: 'root', group: 'root', mode: '0644' } as const

const templateFile = (name: string): URL => new URL(`templates/${name}`, import.meta.url)

/** What geerlingguy.nginx does to a Debian, written anew. */
export const nginx = defineRole({
  name: 'nginx',
  vars: schema,
  tasks: (vars) => {
    const restart = serviceRestart('restart nginx', { name: 'nginx' })
    const reload = serviceReload('reload nginx', { name: 'nginx' })
    const onReload = vars.serviceState === 'started' ? { notify: reload } : {}
    return [
      vars.repository && repository(vars.repository),
      vars.defaultRelease !== undefined &&
        aptPin('release of nginx', {
          name: 'nginx',
          packages: [vars.packageName, 'nginx-*', 'libnginx-*'],
          pin: `release n=${vars.defaultRelease}`,
          priority: 990,
        }),
      packages('nginx', { names: vars.packageName }),
      vars.removeDefaultVhost &&
        file('no default vhost', { path: `${VHOSTS}/default`, state: 'absent' }, { notify: restart }),
      file('folder of vhosts', { path: VHOSTS, state: 'directory', mode: '0755' }, onReload),
      vars.vhosts.map((one) => vhost(one, vars, onReload)),
      file('no vhosts.conf', { path: `${VHOSTS}/vhosts.conf`, state: 'absent' }, onReload),
      template(
        'nginx.conf',
        {
          src: vars.confTemplate ?? templateFile('nginx.conf.hbs'),
          dest: CONFIG,
          ...ROOT,
          vars: settings(vars),
          validate: '/usr/sbin/nginx -t -q -c %s',
        },
        onReload,
      ),
      service('nginx runs', { name: 'nginx', state: vars.serviceState, enabled: vars.serviceEnabled }),
    ]
  },
})

/** The packages of nginx.org, or of a mirror of it. */
const repository = ({ url, key }: NonNullable<Vars['repository']>): TaskList => {
  const os = facts.os('operating system')
  return [
    os,
    file('folder of keys', { path: '/etc/apt/keyrings', state: 'directory', mode: '0755' }),
    copy('key of the repository', { dest: KEYRING, content: key, ...ROOT }),
    copy(
      'repository',
      from(os, ({ codename }) => ({
        dest: '/etc/apt/sources.list.d/nginx.list',
        content: `deb [signed-by=${KEYRING}] ${url} ${codename} nginx\n`,
        ...ROOT,
      })),
    ),
  ]
}

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '')

const settings = (vars: Vars) => ({
  ...vars,
  confLines: linesOf(vars.extraConfOptions),
  httpLines: linesOf(vars.extraHttpOptions),
  logLines: linesOf(vars.logFormat),
})

const UNSAID = {
  serverName: '',
  serverNameRedirect: '',
  root: '',
  errorPage: '',
  accessLog: '',
  errorLog: '',
  returns: '',
}

function vhost(one: Vhost, { listenIpv6 }: Vars, options: TaskOptions) {
  const firstName = one.serverName?.split(' ')[0] ?? ''
  const path = `${VHOSTS}/${one.filename ?? `${firstName}.conf`}`
  if (one.state === 'absent') return file(`no vhost ${path}`, { path, state: 'absent' }, options)
  return template(
    `vhost ${path}`,
    {
      src: one.template ?? templateFile('vhost.hbs'),
      dest: path,
      ...ROOT,
      vars: { ...UNSAID, ...one, firstName, listenIpv6, extraLines: linesOf(one.extraParameters ?? '') },
    },
    options,
  )
}
