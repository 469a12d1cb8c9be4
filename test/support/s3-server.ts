import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { type Server, type Socket, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import S3rver from 's3rver'
import { DUMMY_ACCOUNT } from 's3rver/lib/models/account.js'
import { refusal } from './s3-signature.ts'

export const BUCKET = 'backups'

/** A server of S3 with TLS, whose certificate an authority of its own has issued. It can be down, hang, and change who it lets in. */
export class S3Server {
  readonly #dir = mkdtempSync(join(tmpdir(), 's3-server-'))
  readonly #address: string
  readonly #names: readonly string[]
  readonly #keys = new Map<string, string>()
  #running: S3rver | undefined
  #silent: { readonly server: Server; readonly sockets: Set<Socket> } | undefined
  #port = 0

  /** @param names that its certificate is for */
  constructor(address: string, names: readonly string[]) {
    this.#address = address
    this.#names = names
    DUMMY_ACCOUNT.revokeAccessKey('S3RVER')
    this.#certify()
  }

  get port(): number {
    return this.#port
  }

  /** Of its authority, in PEM. */
  get ca(): string {
    return readFileSync(join(this.#dir, 'ca.crt'), 'utf8')
  }

  /** On the port that it had before. */
  async start(): Promise<void> {
    await this.stop()
    const running = new S3rver({
      address: this.#address,
      port: this.#port,
      silent: true,
      directory: join(this.#dir, 'objects'),
      vhostBuckets: false,
      key: readFileSync(join(this.#dir, 'server.key')),
      cert: readFileSync(join(this.#dir, 'server.crt')),
      configureBuckets: [{ name: BUCKET, configs: [] }],
    })
    listsWhatIsBelow(running.store)
    this.#running = running
    this.#port = (await running.run()).port
    const [serve] = running.httpServer.listeners('request')
    running.httpServer.removeAllListeners('request').on('request', (request, response) => {
      const code = refusal(request, this.#keys)
      if (code === undefined) serve?.call(running.httpServer, request, response)
      else response.writeHead(403).end(`<?xml version="1.0"?><Error><Code>${code}</Code></Error>`)
    })
  }

  /** Nobody answers any more. */
  async stop(): Promise<void> {
    const { server, sockets } = this.#silent ?? {}
    this.#silent = undefined
    for (const socket of sockets ?? []) socket.destroy()
    if (server !== undefined) await new Promise((closed) => server.close(closed))
    const running = this.#running
    this.#running = undefined
    running?.httpServer.closeAllConnections()
    await running?.close()
  }

  /** Whoever connects waits for an answer. */
  async hang(): Promise<void> {
    await this.stop()
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)))
    })
    await new Promise<void>((listening) => server.listen(this.#port, this.#address, listening))
    this.#silent = { server, sockets }
  }

  allow(accessKey: string, secretKey: string): void {
    DUMMY_ACCOUNT.createKeyPair(accessKey, secretKey)
    this.#keys.set(accessKey, secretKey)
  }

  deny(accessKey: string): void {
    DUMMY_ACCOUNT.revokeAccessKey(accessKey)
    this.#keys.delete(accessKey)
  }

  /** The keys of all objects. */
  keys(): string[] {
    const suffix = '._S3rver_object'
    return readdirSync(join(this.#dir, 'objects', BUCKET), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith(suffix))
      .map((path) => path.slice(0, -suffix.length))
      .toSorted()
  }

  /** How an object begins. */
  head(key: string): string {
    return readFileSync(join(this.#dir, 'objects', BUCKET, `${key}._S3rver_object`)).toString('latin1', 0, 8)
  }

  async remove(): Promise<void> {
    await this.stop()
    rmSync(this.#dir, { recursive: true, force: true })
  }

  #certify(): void {
    const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: this.#dir, stdio: 'ignore' })
    const key = ['-newkey', 'rsa:2048', '-nodes']
    openssl(
      'req',
      '-x509',
      ...key,
      '-keyout',
      'ca.key',
      '-out',
      'ca.crt',
      '-subj',
      '/CN=store',
      '-days',
      '30',
    )
    openssl(
      'req',
      ...key,
      '-keyout',
      'server.key',
      '-out',
      'server.csr',
      '-subj',
      `/CN=${this.#names[0] ?? ''}`,
    )
    writeFileSync(
      join(this.#dir, 'names'),
      `subjectAltName=${this.#names.map((name) => `DNS:${name}`).join()}\n`,
    )
    const issuer = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names']
    openssl('x509', '-req', '-in', 'server.csr', ...issuer, '-out', 'server.crt', '-days', '30')
  }
}

// s3rver 3.7.1 leaves out a prefix below which there are only further prefixes, such as archive/main/15-1/, so that pgBackRest never
// finds the WAL there. What it lists without a delimiter is right.
function listsWhatIsBelow(store: S3rver['store']): void {
  const list = store.listObjects.bind(store)
  store.listObjects = async (bucket, { delimiter = '', maxKeys = 1000, ...options }) => {
    const { prefix = '', startAfter = '' } = options
    const { objects } = await list(bucket, { ...options, maxKeys: Infinity })
    const below = (key: string): string | undefined => {
      const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
      return end < 0 ? undefined : key.slice(0, end + 1)
    }
    const rows = new Map(objects.map((object) => [below(object.key) ?? object.key, object]))
    const names = [...rows.keys()].filter((name) => name > startAfter).toSorted()
    const shown = names.slice(0, maxKeys)
    return {
      objects: shown.flatMap((name) => {
        const object = rows.get(name)
        return object?.key === name ? [object] : []
      }),
      commonPrefixes: shown.filter((name) => rows.get(name)?.key !== name),
      isTruncated: names.length > shown.length,
    }
  }
}
