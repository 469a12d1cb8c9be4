// tsx docker/status/build.ts [FOLDER]: writes the service, and what its image is made from, to FOLDER or to dist/.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Plugin, build } from 'esbuild'
import { schemaFile } from './schema-file.ts'

const here = import.meta.dirname
const out = process.argv[2] ?? join(here, '../../dist/docker/status')
const { version } = JSON.parse(readFileSync(join(here, '../../package.json'), 'utf8')) as { version: string }

const schema = join(here, 'status.schema.json')
// Not for a moment half of it: something else may read it now.
if (readFileSync(schema, 'utf8') !== schemaFile()) writeFileSync(schema, schemaFile())

const slim: Plugin = {
  name: 'slim',
  setup: (building) =>
    building.onResolve({ filter: /^(pg|prom-client)$/ }, ({ path }) => ({
      path: join(here, 'slim', `${path}.cjs`),
    })),
}

// One file without dependencies: that is all that the image gets.
await build({
  entryPoints: [join(here, 'main.ts')],
  inject: [join(here, 'node18.ts')],
  outfile: join(out, 'status.cjs'),
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node18',
  format: 'cjs',
  define: {
    VERSION: JSON.stringify(version),
    // pg looks for Cloudflare by it, and to look is to load all of fetch: 8 MB.
    Response: 'undefined',
  },
  plugins: [slim],
  legalComments: 'eof',
})
mkdirSync(out, { recursive: true })
for (const file of ['Dockerfile', 'healthcheck.sh']) copyFileSync(join(here, file), join(out, file))
