import { install } from '../../test/support/install.ts'
import type { BenchOptions } from '../options.ts'

/** What the hosts and the tools need, as Debian's packages. pyinfra is not among them. */
export function installPackages({ parts, tools }: BenchOptions): void {
  if (!parts.some((part) => part === 'runs' || part === 'profile')) return
  install('/usr/sbin/sshd', 'openssh-server')
  if (tools.includes('Ansible')) install('/usr/bin/ansible-playbook', 'ansible-core')
  if (tools.includes('Mitogen'))
    install('/usr/lib/python3/dist-packages/ansible_mitogen/__init__.py', 'ansible-mitogen')
}
