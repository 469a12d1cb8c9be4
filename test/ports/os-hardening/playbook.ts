import { definePlay, definePlaybook, pattern } from 'run-playbook'
import { osHardening } from './role.ts'
import { SYSCTL } from './sysctl.ts'

// A container shares its kernel with the machine: only settings of its own network are changed.
const sysctl = Object.fromEntries(
  Object.entries(SYSCTL).filter(
    ([name]) =>
      /^net\.ipv[46]\.(conf|icmp|tcp)/.test(name) &&
      !name.includes('ratelimit') &&
      !name.includes('ratemask'),
  ),
)

export default definePlaybook({
  description: 'hardens one Debian',
  plays: () => [
    definePlay({
      name: 'os-hardening',
      hosts: pattern('all'),
      roles: () => [osHardening({ sysctl, noCtrlAltDel: true })],
    }),
  ],
})
