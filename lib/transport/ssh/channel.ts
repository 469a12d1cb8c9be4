import type { Client, ClientChannel } from 'ssh2'
import type { Channel } from '../channel.ts'

/**
 * Starts a command on a connection.
 *
 * @param whyLost why the connection ended, `undefined` while it is up
 */
export function openSshChannel(
  client: Client,
  command: string,
  whyLost: () => string | undefined,
): Promise<Channel> {
  return new Promise((resolve, reject) => {
    // ssh2 forgets the callback when the connection dies before the answer.
    const lost = (): void => reject(new Error(whyLost() ?? 'the connection was closed'))
    client.once('close', lost)
    client.exec(command, (error, stream) => {
      client.off('close', lost)
      // At once: how it ended may follow in the same packet.
      if (error === undefined) resolve(asChannel(stream, whyLost))
      else reject(error)
    })
  })
}

function asChannel(stream: ClientChannel, whyLost: () => string | undefined): Channel {
  const ended = new AbortController()
  let how = 'it ended without a status'
  stream.on('exit', (code: number | null, signal?: string) => {
    how = code === null ? `it was killed by ${signal ?? 'a signal'}` : `it ended with status ${code}`
  })
  stream.on('close', () => ended.abort())
  // A write that loses the race against the end of the connection; 'close' follows.
  stream.on('error', () => {})
  return {
    stdin: stream,
    stdout: stream,
    stderr: stream.stderr,
    ended: ended.signal,
    end: () => {
      const lost = whyLost()
      return lost === undefined ? { connectionLost: false, how } : { connectionLost: true, how: lost }
    },
    destroy: () => {
      stream.destroy()
      // The server confirms that when the command has ended, which may be never: whoever reads is not to wait for it.
      if (stream.readable) stream.push(null)
      ended.abort()
    },
  }
}
