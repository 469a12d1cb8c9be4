import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { type TarEntry, tar } from '../../../../lib/modules/shared/tar.ts'

/** What goes into package.json beside name and version. */
export type Published = Readonly<Record<string, unknown>>

/** A registry of npm on this machine. */
export interface Registry {
  readonly url: string
  /** The paths that were asked for. */
  readonly asked: string[]
  /** The last one that is published is the newest, unless told. */
  publish(name: string, version: string, published?: Published, tag?: string): void
  close(): Promise<void>
}

export async function startRegistry(): Promise<Registry> {
  const packages = new Map<string, { tags: Record<string, string>; versions: Map<string, Published> }>()
  const tarballs = new Map<string, Buffer>()
  const asked: string[] = []
  const server: Server = createServer(({ url: path = '/' }, answer) => {
    asked.push(path)
    const tarball = tarballs.get(path)
    if (tarball !== undefined) return void answer.end(tarball)
    const found = packages.get(decodeURIComponent(path.slice(1)))
    if (found === undefined) {
      answer.statusCode = 404
      return void answer.end('{"error":"not found"}')
    }
    const { tags, versions } = found
    answer.setHeader('content-type', 'application/json')
    const name = decodeURIComponent(path.slice(1))
    answer.end(JSON.stringify({ name, 'dist-tags': tags, versions: Object.fromEntries(versions) }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/`
  return {
    url,
    asked,
    publish: (name, version, published = {}, tag = 'latest') => {
      const manifest = { name, version, ...published }
      const tarball = gzipSync(tar(entriesOf(manifest)))
      const path = `/-/${name.replace('/', '-')}-${version}.tgz`
      tarballs.set(path, tarball)
      const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`
      const { tags, versions } = packages.get(name) ?? { tags: {}, versions: new Map() }
      packages.set(name, { tags: { ...tags, [tag]: version }, versions })
      versions.set(version, { ...manifest, dist: { tarball: `${url.slice(0, -1)}${path}`, integrity } })
    },
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const entriesOf = (manifest: Published): readonly TarEntry[] => [
  { path: 'package/package.json', type: 'file', body: Buffer.from(JSON.stringify(manifest)) },
  {
    path: 'package/index.js',
    type: 'file',
    body: Buffer.from(`console.log(${JSON.stringify(manifest['version'])})\n`),
    executable: true,
  },
]
