/**
 * What a systemd unit of ours can do: write only where it has to, and nothing that changes the node. `systemd-analyze security UNIT`
 * lists it. Systemd that is too old for a line ignores it.
 *
 * @param needs.writes folders in which it writes; one that is not there is no error
 * @param needs.capabilities what it needs of root's, such as `CAP_SETUID`
 * @param needs.families kinds of sockets, such as `AF_UNIX`
 * @returns lines of the section `[Service]`
 * @example
 * sandbox({ writes: ['/srv/state'], capabilities: [], families: ['AF_UNIX'] })
 */
export const sandbox = (needs: {
  readonly writes: readonly string[]
  readonly capabilities: readonly string[]
  readonly families: readonly string[]
}): string => `NoNewPrivileges=yes
CapabilityBoundingSet=${needs.capabilities.join(' ')}
RestrictAddressFamilies=${needs.families.join(' ')}
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths=${needs.writes.map(unitPath).join(' ')}
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
LockPersonality=yes
MemoryDenyWriteExecute=yes
RemoveIPC=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
`

/** A path as a list of a unit takes it: `-` for one that may be missing, quoted, without specifiers. */
const unitPath = (path: string): string => `"-${path.replace(/[\\"]/g, '\\$&').replaceAll('%', '%%')}"`
