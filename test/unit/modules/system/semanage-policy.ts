import { copyFileSync, cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { install } from '../../../support/install.ts'
import { type Namespace, makeNamespace } from '../../../support/namespace.ts'
import { SHELLS, run } from '../driver.ts'

/** A small policy: semanage and the compiler of policies do with it what they do with a large one, in less time. */
const POLICY = `(handleunknown allow)
(mls true)
(class process (transition))
(class file (read))
(classorder (process file))
(sid kernel)
(sidorder (kernel))
(sensitivity s0)
(sensitivityorder (s0))
(category c0)
(categoryorder (c0))
(sensitivitycategory s0 (c0))
(level low (s0))
(levelrange lowlow (low low))
(role object_r)
(role system_r)
(user system_u)
(userrole system_u object_r)
(userrole system_u system_r)
(userlevel system_u low)
(userrange system_u lowlow)
(selinuxuserdefault system_u lowlow)
(type kernel_t)
(roletype system_r kernel_t)
(sidcontext kernel (system_u system_r kernel_t lowlow))
(typeattribute port_type)
(typeattribute file_type)
(typeattribute device_node)
(expandtypeattribute (port_type file_type device_node) false)
(type http_port_t)
(type ssh_port_t)
(type www_t)
(type data_t)
(type disk_t)
(typeattributeset device_node (disk_t))
(roletype object_r device_node)
(allow kernel_t device_node (file (read)))
(typeattributeset port_type (http_port_t ssh_port_t))
(typeattributeset file_type (www_t data_t))
(roletype object_r port_type)
(roletype object_r file_type)
(allow kernel_t port_type (file (read)))
(allow kernel_t file_type (file (read)))
(boolean may_read false)
(boolean may_not true)
(booleanif (and may_read may_not) (true (allow kernel_t self (file (read)))))
(portcon tcp 80 (system_u object_r http_port_t lowlow))
(portcon tcp 22 (system_u object_r ssh_port_t lowlow))
(portcon tcp (9000 9010) (system_u object_r http_port_t lowlow))
(filecon "/data(/.*)?" any (system_u object_r data_t lowlow))
(filecon "/" dir (system_u object_r data_t lowlow))
`

/** A policy and its store, in the place of those of this machine. */
export interface Policy {
  readonly shells: Readonly<Record<string, readonly string[]>>
  /** As it was in the beginning. */
  reset(): void
  /** What was set, as semanage lists it: the words, in no order. */
  own(what: string): Promise<readonly string[]>
  remove(): Promise<void>
}

export const words = (text: string): readonly string[] =>
  text
    .split(/[\s,]+/)
    .filter(Boolean)
    .toSorted()

export async function makePolicy(root: string): Promise<Policy> {
  install('/usr/sbin/semodule', 'policycoreutils')
  install('/usr/sbin/semanage', 'policycoreutils-python-utils')
  const folders = { etc: '/etc/selinux', var: '/var/lib/selinux' } as const
  for (const folder of ['etc/default/policy', 'etc/default/contexts/files', 'var/default', 'tools'])
    mkdirSync(join(root, folder), { recursive: true })
  copyFileSync('/etc/selinux/semanage.conf', join(root, 'etc/semanage.conf'))
  writeFileSync(join(root, 'etc/config'), 'SELINUX=permissive\nSELINUXTYPE=default\n')
  writeFileSync(join(root, 'base.cil'), POLICY)
  for (const tool of ['semanage', 'restorecon']) symlinkSync(`/usr/sbin/${tool}`, join(root, 'tools', tool))
  const mounts = Object.entries(folders).map(([folder, place]) => `mount --bind '${root}/${folder}' ${place}`)
  const namespace: Namespace = await makeNamespace(
    ['--mount'],
    [...mounts, `semodule -n -s default -X 100 -i '${root}/base.cil'`].join('\n'),
  )
  for (const folder of Object.keys(folders))
    cpSync(join(root, folder), join(root, `first-${folder}`), { recursive: true })
  const { dash = [], busybox = [] } = SHELLS
  const both = busybox.map((word) => (word.startsWith('PATH=') ? `${word}:${root}/tools` : word))
  return {
    shells: {
      dash: [...namespace.enter, ...dash],
      'busybox with semanage': [...namespace.enter, ...both],
    },
    reset: () => {
      for (const folder of Object.keys(folders)) {
        rmSync(join(root, folder, 'default'), { recursive: true, force: true })
        cpSync(join(root, `first-${folder}`, 'default'), join(root, folder, 'default'), { recursive: true })
      }
    },
    own: async (what) => {
      const { stdout } = await run([...namespace.enter, 'dash'], { script: `semanage ${what} -l -n -C` })
      return words(stdout.toString())
    },
    remove: () => namespace.remove(),
  }
}
