import { cpSync, existsSync, readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'
import { type Plugin, build, transform } from 'esbuild'
import { emit } from './emit.ts'

const here = import.meta.dirname

/** What can be imported, and the command. */
const entries = [
  'lib/index',
  'lib/postgres/index',
  'lib/cluster/index',
  'lib/testing/index',
  'lib/cli/main',
  'lib/cli/cache-folder',
]

const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  exports: Record<string, { source?: string } | string>
}
/** `run-playbook/postgres` → `./lib/postgres/index.ts` */
export const sources = new Map(
  Object.entries(exports).flatMap(([path, to]) =>
    typeof to === 'object' && to.source !== undefined ? [[`run-playbook${path.slice(1)}`, to.source]] : [],
  ),
)

/** A file that looks for what lies beside it finds it beside its place in dist/, in whatever file its code ends up. */
const ownPlace: Plugin = {
  name: 'own-place',
  setup: (building) => {
    building.onResolve({ filter: /^dist-folder$/ }, ({ path }) => ({ path, namespace: 'own-place' }))
    building.onLoad({ filter: /.*/, namespace: 'own-place' }, () => ({
      contents: `import { existsSync } from 'node:fs'
        let folder = new URL('.', import.meta.url)
        while (!existsSync(new URL('package.json', folder))) folder = new URL('..', folder)
        export const distFolder = new URL('dist/', folder)`,
    }))
    building.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const source = readFileSync(path, 'utf8')
      if (!source.includes('import.meta.url')) return undefined
      // Only in code: a message may name it too.
      const define = { 'import.meta.url': 'ownPlace' }
      const { code } = await transform(source, {
        loader: 'ts',
        sourcefile: path,
        sourcemap: 'inline',
        define,
      })
      if (!code.includes('ownPlace')) return undefined
      const place = JSON.stringify(relative(here, path))
      const begin = `import { distFolder } from 'dist-folder'; const ownPlace = new URL(${place}, distFolder).href;`
      return { contents: begin + code, loader: 'js' }
    })
  },
}

/**
 * What is loaded only when it is needed, and never without the library. esbuild makes a file for each set of entries that share code:
 * when all of them import the library, all that they share with it is in one file with it, and a run opens a dozen files instead of thirty.
 */
const afterLibrary =
  /\/lib\/(cli\/run-commands|reporters\/(progress|watch)|(postgres|cluster|testing)\/index|transport\/(ssh\/(connect|attempt)|connections\/process-link))\.ts$/
const oneLibrary: Plugin = {
  name: 'one-library',
  setup: (building) =>
    building.onLoad({ filter: afterLibrary }, ({ path }) => ({
      contents: `${readFileSync(path, 'utf8')}\nimport ${JSON.stringify(join(here, 'lib/index.ts'))}`,
      loader: 'ts',
    })),
}

/** Packages that are CommonJS: an `import` first looks through them for what they export. */
const required: Plugin = {
  name: 'required',
  setup: (building) => {
    building.onResolve({ filter: /^(commander|node-ssh|ssh2)$/ }, ({ path }) => ({
      path,
      namespace: 'required',
    }))
    building.onLoad({ filter: /.*/, namespace: 'required' }, ({ path }) => ({
      contents: `import { createRequire } from 'node:module'
        const found = createRequire(import.meta.url)(${JSON.stringify(path)})
        export default found
        export const { ${Object.keys(createRequire(import.meta.url)(path) as object).join(', ')} } = found`,
    }))
  },
}

/** Zod is 95 files, which every command would open: the package has its code inside. */
const zodInside: Plugin = {
  name: 'zod-inside',
  setup: (building) => {
    building.onResolve({ filter: /^zod$/ }, () => ({ path: join(here, 'node_modules/zod/index.js') }))
    // Half of it are messages in fifty languages, of which a run needs one. `z.locales.de()` reads its own from the package zod.
    building.onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, ({ path }) => {
      const names = [...readFileSync(path, 'utf8').matchAll(/default as (\w+) } from "\.\/([\w-]+)\.js"/g)]
      const lazy = names.map(([, name = '', file = '']) =>
        name === 'en'
          ? "export { default as en } from './en.js'"
          : `export const ${name} = () => read('zod/v4/locales/${file}.cjs')()`,
      )
      return {
        contents: `import { createRequire } from 'node:module'
          const read = createRequire(import.meta.url)
          ${lazy.join('\n')}`,
      }
    })
  },
}

/**
 * Writes the JavaScript of the package: the library in few files, which load quickly, and each file of the roles and the
 * playbooks by itself, because errors name its lines. Then what the files look for beside them: templates of the roles and
 * shell programs.
 *
 * @param folder its name is `dist`, and a package.json lies beside it
 * @param more files of the source that can be imported too
 */
export async function bundle(folder: string, more: readonly string[] = []): Promise<void> {
  await build({
    entryPoints: [...entries.map((entry) => `${entry}.ts`), ...more],
    outdir: folder,
    outbase: '.',
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    sourcemap: 'linked',
    legalComments: 'none',
    packages: 'external',
    plugins: [ownPlace, oneLibrary, zodInside, required],
  })
  await build({
    entryPoints: ['lib/cli/help.ts'],
    outfile: `${folder}/lib/cli/help.cjs`,
    bundle: true,
    minify: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    legalComments: 'none',
    plugins: [ownPlace],
    define: { 'import.meta.url': 'own' },
    banner: { js: "const own=require('node:url').pathToFileURL(__filename).href;" },
  })
  emit(folder, sources)

  for (const role of readdirSync('roles')) {
    const templates = `roles/${role}/templates`
    if (existsSync(templates)) cpSync(templates, `${folder}/${templates}`, { recursive: true })
  }

  cpSync('node_modules/zod/LICENSE', `${folder}/chunks/zod.LICENSE`)
  cpSync('node_modules/commander/LICENSE', `${folder}/lib/cli/commander.LICENSE`)
  for (const name of readdirSync('lib', { recursive: true, encoding: 'utf8' })) {
    if (name.endsWith('.sh')) cpSync(`lib/${name}`, `${folder}/lib/${name}`)
  }
}
