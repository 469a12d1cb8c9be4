import type { Lines } from './lines.ts'

/** What a machine says that it is made by, and what it then runs on. */
const MAKERS: readonly (readonly [RegExp, string])[] = [
  [/VMware/i, 'vmware'],
  [/VirtualBox|innotek/i, 'virtualbox'],
  [/Microsoft Corporation.*Virtual Machine/i, 'hyper-v'],
  [/Xen/i, 'xen'],
  [/QEMU|KVM|Bochs|RHEV|oVirt|OpenStack|Google|Amazon EC2|DigitalOcean|Hetzner/i, 'kvm'],
]

/** The hypervisor below a host; undefined on a real machine. */
export function virtualization(lines: Lines): string | undefined {
  if (/^xen$/.test(lines.first('hypervisor'))) return 'xen'
  const guest = lines.first('guest') === 'yes'
  const made = lines.all('dmi').join(' ')
  const known = MAKERS.find(([maker]) => maker.test(made))?.[1]
  // A real machine that one can rent has the name of its owner too. The flag is one of x86; elsewhere the name decides.
  if (guest) return known ?? 'other'
  const x86 = /^(x86_64|i[3-6]86)$/.test(lines.first('architecture'))
  return x86 ? undefined : known
}
