import { Duplex } from 'node:stream'
import { UserError } from '../../core/errors.ts'
import { hostPort } from '../../core/host-port.ts'
import { quote } from '../../core/sh.ts'
import { tailOf } from '../channel.ts'
import type { Link } from '../connection-type.ts'

/** TCP from a host whose link only runs commands: whatever there can copy between a socket and its pipes. */
export async function forwardByCommand(link: Link, host: string, port: number): Promise<Duplex> {
  const [to, on] = [quote(host), quote(port)]
  const bracketed = quote(`TCP:${hostPort(host, port)}`)
  const channel = await link.openChannel(
    [
      `if command -v socat >/dev/null; then exec socat STDIO ${bracketed}; fi`,
      `if command -v nc >/dev/null; then exec nc ${to} ${on}; fi`,
      `exec bash -c 'exec 3<>"/dev/tcp/$0/$1" && { cat <&3 & cat >&3; wait; }' ${to} ${on}`,
    ].join('\n'),
  )
  const said = tailOf(channel.stderr)
  const stream = Duplex.from({ readable: channel.stdout, writable: channel.stdin })
  let heard = false
  channel.stdout.once('data', () => (heard = true))
  channel.ended.addEventListener('abort', () => {
    const why = [channel.end().how, said()].filter(Boolean).join(': ')
    const error = new UserError(
      'E_FORWARD_FAILED',
      `no way to ${hostPort(host, port)} from ${link.host}: ${why}`,
    )
    stream.destroy(heard ? undefined : error)
  })
  stream.once('close', () => channel.destroy())
  return stream
}
