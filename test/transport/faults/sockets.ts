import { type AddressInfo, type Server, type Socket, createServer } from 'node:net'

/** What listens in the place of an SSH server. */
const CONDUCT = {
  'accepts the connection and sends nothing': () => {},
  'sends its SSH version and nothing more': (socket) => socket.write('SSH-2.0-silent\r\n'),
  'sends one character at a time, forever': (socket) => forever(socket, 'x', 50),
  'keeps sending lines and never its SSH version': (socket) => forever(socket, 'welcome\r\n'.repeat(100), 5),
  'is a web server': (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
  'closes the connection immediately': (socket) => socket.destroy(),
  'sends garbage after its SSH version': (socket) => {
    socket.write('SSH-2.0-garbage\r\n')
    socket.write(Buffer.alloc(2000, 0xff))
  },
} satisfies Record<string, (socket: Socket) => void>

export type Listener = keyof typeof CONDUCT
export const LISTENERS = Object.keys(CONDUCT) as Listener[]

function forever(socket: Socket, text: string, pauseMs: number): void {
  const timer = setInterval(() => socket.writableLength < 100_000 && socket.write(text), pauseMs)
  socket.once('close', () => clearInterval(timer))
}

/** Listeners on loopback, one of each kind. */
export async function listen(): Promise<{ ports: Readonly<Record<Listener, number>>; close: () => void }> {
  const sockets = new Set<Socket>()
  const servers: Server[] = []
  const ports = new Map<string, number>()
  for (const name of LISTENERS) {
    const conduct: (socket: Socket) => void = CONDUCT[name]
    const server = createServer((socket) => {
      sockets.add(socket.on('error', () => {}))
      conduct(socket)
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    servers.push(server)
    ports.set(name, (server.address() as AddressInfo).port)
  }
  return {
    ports: Object.fromEntries(ports) as Record<Listener, number>,
    close: () => {
      for (const socket of sockets) socket.destroy()
      for (const server of servers) server.close()
    },
  }
}
