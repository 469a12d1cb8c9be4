import type { TestShell } from '../../../../lib/testing/shells.ts'
import { createTransport, defineConnection, processLink } from '../../../../lib/transport/index.ts'
import type { Transport } from '../../../../lib/transport/transport.ts'

/** This machine as root, by a shell that may have other tools. */
export const through = ([program = 'sh', ...rest]: TestShell): Transport => ({
  connect: (host, signal) => {
    const argv = (command: string): [string, ...string[]] => [program, ...rest, '-c', command]
    const connection = defineConnection({
      name: 'shell',
      open: async ({ name }, until) => processLink(name, until, { argv, isRoot: true }),
    })
    return createTransport({ lock: false }).connect({ ...host, connection }, signal)
  },
})
