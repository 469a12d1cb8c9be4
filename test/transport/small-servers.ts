import { readFileSync } from 'node:fs'
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net'

const servers: Server[] = []
const sockets = new Set<Socket>()
/** Listens on loopback, or on a path, until `hangUp`. */
export const listen = async (conduct: (socket: Socket) => void, path?: string): Promise<Server> => {
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    conduct(socket.on('error', () => {}))
  })
  servers.push(server)
  await new Promise<void>((resolve) =>
    path === undefined ? server.listen(0, '127.0.0.1', resolve) : server.listen(path, resolve),
  )
  return server
}

/** Stands before a server on loopback, and hands on what the client says. @param answers gets what the server says */
export const startProxy = (port: number, answers: (client: Socket, data: Buffer) => void): Promise<Server> =>
  listen((client) => {
    const upstream = connect(port, '127.0.0.1').on('error', () => {})
    client.on('close', () => upstream.destroy()).on('data', (data) => upstream.write(data))
    upstream.on('close', () => client.destroy()).on('data', (data: Buffer) => answers(client, data))
  })

export const portOf = (server: Server): number => (server.address() as AddressInfo).port

/** Ends all that listens, and its connections: after each test. */
export const hangUp = (): void => {
  for (const server of servers.splice(0)) server.close()
  for (const socket of sockets) socket.destroy()
}

/** A message of an agent (draft-miller-ssh-agent). */
export const message = (...parts: readonly (number | Buffer)[]): Buffer => {
  const body = Buffer.concat(
    parts.map((part, i) => {
      const bytes = Buffer.alloc(i === 0 ? 1 : 4)
      if (typeof part === 'number') {
        if (i === 0) bytes.writeUInt8(part)
        else bytes.writeUInt32BE(part)
        return bytes
      }
      bytes.writeUInt32BE(part.length)
      return Buffer.concat([bytes, part])
    }),
  )
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  return Buffer.concat([length, body])
}
export const IDENTITIES_ANSWER = 12

/** How long it takes at most. @throws when it takes longer */
export const within = async <T>(ms: number, what: string, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${ms} ms`)), ms)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

/** Only OpenSSH's own client has it. */
export const OPENSSH_ONLY = '  KexAlgorithms sntrup761x25519-sha512@openssh.com\n'

/** The processes that a process started, and those that they started. */
export function processesBelow(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)
  return children.map(Number).flatMap((child) => [child, ...processesBelow(child)])
}
