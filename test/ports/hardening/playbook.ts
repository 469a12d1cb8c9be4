import { definePlay, definePlaybook, pattern } from 'run-playbook'
import { hardening } from './role.ts'

// A container shares its kernel with the machine: only settings of its own network are changed.
const sysctl = {
  'net.ipv4.icmp_echo_ignore_broadcasts': 1,
  'net.ipv4.icmp_ignore_bogus_error_responses': 1,
  'net.ipv4.tcp_timestamps': 0,
  'net.ipv4.tcp_rfc1337': 1,
  'net.ipv4.conf.all.rp_filter': 1,
  'net.ipv4.conf.default.rp_filter': 1,
  'net.ipv4.conf.all.arp_ignore': 1,
  'net.ipv4.conf.all.arp_announce': 2,
  'net.ipv4.conf.all.log_martians': 1,
  'net.ipv4.conf.default.log_martians': 1,
  'net.ipv4.conf.all.accept_redirects': 0,
  'net.ipv4.conf.all.send_redirects': 0,
  'net.ipv6.conf.all.accept_ra': 0,
  'net.ipv6.conf.all.accept_redirects': 0,
}

export default definePlaybook({
  description: 'hardens one Debian',
  plays: () => [
    definePlay({
      name: 'hardening',
      hosts: pattern('all'),
      roles: () => [
        hardening({
          permitRootLogin: 'prohibit-password',
          sysctl,
          rsaBits: 3072,
          certificates: {
            authorities: [
              'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHardeningHardeningHardeningHardeningHarden authority',
            ],
            principals: { operator: ['operators', 'on-call'] },
          },
        }),
      ],
    }),
  ],
})
