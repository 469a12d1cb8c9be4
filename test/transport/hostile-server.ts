import type { AddressInfo } from 'node:net'
import ssh2, { type Connection as Client, type ServerChannel } from 'ssh2'

/** The parts of ssh2's protocol that a server can misuse. They have no types. */
interface Protocol {
  readonly _packetRW: {
    readonly write: {
      readonly allocStart: number
      alloc(size: number): Buffer
      finalize(packet: Buffer): Buffer
    }
  }
  readonly _cipher: { encrypt(packet: Buffer): void }
}

/** Any message, encrypted as it has to be. */
function send(client: Client, type: number, body: Buffer): void {
  const { _packetRW: rw, _cipher: cipher } = (client as unknown as { _protocol: Protocol })._protocol
  const packet = rw.write.alloc(1 + body.length)
  packet[rw.write.allocStart] = type
  body.copy(packet, rw.write.allocStart + 1)
  cipher.encrypt(rw.write.finalize(packet))
}

const number = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
const text = (value: string): Buffer => Buffer.concat([number(Buffer.byteLength(value)), Buffer.from(value)])
const NASTY = '\x1b]0;owned\x07\x1b[2J\nnode-b: ok'

/** What a server does when it is asked to run a command. */
const ON_COMMAND: Readonly<Record<string, (client: Client, channel: ServerChannel) => void>> = {
  'ends by a signal with terminal codes in its name': (_, channel) => channel.exit(NASTY, false, NASTY),
  'ends with a code that is too large': (_, channel) => channel.exit(2 ** 31),
  'ends before it has begun': (_, channel) => channel.close(),
  'says terminal codes and hangs up': (client, channel) => {
    channel.stderr.write(NASTY)
    channel.write(NASTY)
    client.end()
  },
  'asks for forwarded connections': (client) => {
    for (let i = 0; i < 50; i++) client.forwardOut('127.0.0.1', 22, '127.0.0.1', 22, () => {})
    client.end()
  },
  'opens windows': (client) => {
    for (let i = 0; i < 50; i++) client.x11('127.0.0.1', 6000, () => {})
    client.end()
  },
  'wants new keys all the time': (client) => {
    for (let i = 0; i < 3; i++) client.rekey()
    setTimeout(() => client.end(), 200)
  },
  'sends data of a channel that there is not': (client) => {
    send(client, 94, Buffer.concat([number(999), text('x')]))
    client.end()
  },
  'sends more than it may': (client) => {
    for (let i = 0; i < 100; i++) send(client, 94, Buffer.concat([number(0), text('x'.repeat(30_000))]))
    client.end()
  },
  'sends data of unknown kinds': (client) => {
    for (let i = 0; i < 50; i++) send(client, 95, Buffer.concat([number(0), number(i), text('x')]))
    client.end()
  },
  'asks to be called back': (client) => {
    for (const name of ['tcpip-forward', 'hostkeys-00@openssh.com', NASTY])
      send(client, 80, Buffer.concat([text(name), Buffer.from([1])]))
    client.end()
  },
  'opens channels of the agent': (client) => {
    for (const name of ['auth-agent@openssh.com', 'session', 'direct-tcpip', NASTY])
      send(client, 90, Buffer.concat([text(name), number(7), number(2 ** 20), number(2 ** 15)]))
    client.end()
  },
  'asks a channel for what only a client is asked': (client) => {
    for (const name of ['exec', 'pty-req', 'exit-status', 'exit-signal', 'keepalive@openssh.com', NASTY])
      send(client, 98, Buffer.concat([number(0), text(name), Buffer.from([1])]))
    client.end()
  },
  'adds up a window without an end': (client) => {
    for (let i = 0; i < 10; i++) send(client, 93, Buffer.concat([number(0), number(2 ** 32 - 1)]))
    client.end()
  },
  'ends each channel many times': (client) => {
    for (let i = 0; i < 10; i++) for (const type of [96, 97, 99, 100]) send(client, type, number(0))
    client.end()
  },
  'says goodbye with terminal codes': (client) =>
    send(client, 1, Buffer.concat([number(11), text(NASTY), text('')])),
  'says that it does not understand': (client) => {
    for (let i = 0; i < 10; i++) send(client, 3, number(i))
    client.end()
  },
  'says much to debug': (client) => {
    for (let i = 0; i < 100; i++) send(client, 4, Buffer.concat([Buffer.from([1]), text(NASTY), text('')]))
    client.end()
  },
  // Messages of each kind, without what belongs to them, and with what does not.
  ...Object.fromEntries(
    [
      1, 2, 5, 6, 7, 20, 21, 30, 31, 33, 50, 51, 52, 53, 60, 61, 80, 81, 82, 90, 91, 92, 93, 94, 95, 96, 97,
      98, 99, 100, 192, 255,
    ].flatMap((type) =>
      [Buffer.alloc(0), Buffer.alloc(64, 0xff)].map((body) => [
        `sends message ${type} with ${body.length} bytes`,
        (client: Client) => {
          send(client, type, body)
          setTimeout(() => client.end(), 50)
        },
      ]),
    ),
  ),
}

type Ask = ssh2.AuthContext

/** What a server does when somebody logs in. */
const ON_LOGIN: Readonly<Record<string, (ask: Ask, client: Client) => void>> = {
  'lets nobody in': (ask) => ask.reject(),
  'always wants one more proof': (ask) => ask.reject(['publickey'], true),
  'wants proofs of unknown kinds': (ask) => ask.reject([NASTY, 'publickey', ''] as never, true),
  'wants passwords': (ask) => ask.reject(['password', 'keyboard-interactive']),
  'hangs up at the login': (_, client) => client.end(),
  'sends a command before the login': (ask, client) => {
    send(client, 94, Buffer.concat([number(0), text('x')]))
    ask.reject()
  },
  'says that somebody is in who is not': (ask, client) => {
    for (let i = 0; i < 3; i++) send(client, 52, Buffer.alloc(0))
    ask.reject()
  },
}

export const WAYS: readonly string[] = [...Object.keys(ON_LOGIN), ...Object.keys(ON_COMMAND)]

/** An SSH server on loopback that knows what it is to do by the name of the user: `u0` is the first of `WAYS`. */
export async function hostileServer(): Promise<{ readonly port: number; readonly close: () => void }> {
  const clients = new Set<Client>()
  const { private: key } = ssh2.utils.generateKeyPairSync('ed25519')
  const server = new ssh2.Server({ hostKeys: [key], banner: `${NASTY}\n` }, (client) => {
    clients.add(client)
    let way = ''
    client.on('error', () => {})
    client.on('authentication', (ask) => {
      way = WAYS[Number(ask.username.slice(1))] ?? ''
      const login = ON_LOGIN[way]
      if (login === undefined) ask.accept()
      else login(ask, client)
    })
    client.on('session', (accept) => {
      const session = accept()
      session.on('exec', (take) => {
        const channel = take()
        channel.on('error', () => {})
        ON_COMMAND[way]?.(client, channel)
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = (): void => {
    for (const client of clients) client.end()
    server.close()
  }
  return { port: (server.address() as AddressInfo).port, close }
}
