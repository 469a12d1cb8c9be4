import type { ErrorCodes } from './error-code.ts'

/** What a host lets in, and what it reaches. */
export const network = {
  E_BAD_NFTABLES: [
    'nft does not accept the text of a table. Nothing was changed.',
    'Correct `content` as the message of nft says.',
  ],
  E_BAD_SSHD_CONFIG: [
    'sshd does not accept the directives of a task. The configuration was not changed.',
    'Correct the arguments as the message of sshd says.',
  ],
  E_FOREIGN_TABLE: [
    'The table of nftables belongs to another program, such as iptables or firewalld.',
    'Choose another name for the table, or manage the rules with that program.',
  ],
  E_FOREIGN_WIREGUARD: [
    'The WireGuard interface or its configuration was not made by run-playbook.',
    'Choose another interface, or remove the old one yourself.',
  ],
  E_NO_NFT: [
    'The host has no nft.',
    "Install it in an earlier task: `packages('nftables', { names: ['nftables'] })`.",
  ],
  E_NO_SSHD: [
    'The host has no sshd, or not the configuration of it that the task names.',
    'Install openssh-server in an earlier task.',
  ],
  E_NO_UFW: ['The host has no ufw.', "Install it in an earlier task: `packages('ufw', { names: ['ufw'] })`."],
  E_NO_UFW_APP: [
    'ufw of the host has no application profile of that name.',
    'Install the package that brings it in an earlier task, or use `toPort` and `proto`.',
  ],
  E_NO_WIREGUARD: [
    'The WireGuard tools are not installed.',
    'Install wireguard-tools, and also wireguard-go if the kernel has no WireGuard support.',
  ],
  E_SSHD_OVERRIDDEN: [
    'Another file sets a directive of sshd before the file of the task; sshd takes the first value.',
    'Remove the directive from the file that the message names.',
  ],
  E_UFW_LOCKOUT: [
    'After the change, the firewall would no longer let in the SSH connection of the task. Nothing was changed.',
    'Add a rule that lets it in, as the hint says, in an earlier task.',
  ],
  E_URI: [
    'A request of a `uri` task failed, or the answer is not the expected one.',
    'Read the message, and correct the request or what is expected. To wait for a service, use `retry`.',
  ],
} as const satisfies ErrorCodes
