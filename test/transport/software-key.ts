import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { rmSync } from 'node:fs'
import { createServer } from 'node:net'

/** An agent with one security key that is all software: it signs without being touched. */
export interface SoftwareKey {
  readonly socket: string
  /** A line of authorized_keys. */
  readonly publicKey: string
  signatures(): number
  stop(): void
}

const TYPE = 'sk-ssh-ed25519@openssh.com'
const APPLICATION = 'ssh:'

const text = (value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** OpenSSH's PROTOCOL.u2f and draft-miller-ssh-agent, as far as a login needs them. */
export function startSoftwareKey(socket: string): Promise<SoftwareKey> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const point = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  const blob = Buffer.concat([text(TYPE), text(point), text(APPLICATION)])
  let counter = 0

  /** Over the hashes of the application and of what is signed, with a flag that somebody was there. */
  const signature = (data: Buffer): Buffer => {
    counter += 1
    const rest = Buffer.from([1, 0, 0, 0, counter])
    const hash = (bytes: string | Buffer): Buffer => createHash('sha256').update(bytes).digest()
    const signed = sign(null, Buffer.concat([hash(APPLICATION), rest, hash(data)]), privateKey)
    return Buffer.concat([text(TYPE), text(signed), rest])
  }

  const answer = (request: Buffer): Buffer => {
    if (request[0] === 11) return Buffer.concat([Buffer.from([12, 0, 0, 0, 1]), text(blob), text('software')])
    if (request[0] !== 13) return Buffer.from([5])
    const start = 5 + request.readUInt32BE(1)
    const data = request.subarray(start + 4, start + 4 + request.readUInt32BE(start))
    return Buffer.concat([Buffer.from([14]), text(signature(data))])
  }

  const server = createServer((client) => {
    let received = Buffer.alloc(0)
    client.on('error', () => {})
    client.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      while (received.length >= 4 && received.length >= 4 + received.readUInt32BE(0)) {
        const end = 4 + received.readUInt32BE(0)
        client.write(text(answer(received.subarray(4, end))))
        received = received.subarray(end)
      }
    })
  })
  return new Promise((resolve) => {
    server.listen(socket, () =>
      resolve({
        socket,
        publicKey: `${TYPE} ${blob.toString('base64')} software`,
        signatures: () => counter,
        stop: () => {
          server.close()
          rmSync(socket, { force: true })
        },
      }),
    )
  })
}
