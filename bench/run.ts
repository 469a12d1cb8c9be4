import { insideFolder, runInside } from './lab/namespaces.ts'
import { installPackages } from './lab/packages.ts'
import { readOptions } from './options.ts'
import { readResults } from './measure/results.ts'
import { writePage } from './show/page.ts'

// npm run bench -- --help
const options = readOptions(process.argv.slice(2))
if (options === 'tables') {
  const results = readResults()
  if (results === undefined) throw new Error('there are no results yet: run npm run bench')
  writePage(results)
} else if (options !== undefined) {
  const folder = insideFolder()
  if (folder === undefined) {
    installPackages(options)
    process.exitCode = await runInside()
  } else {
    const { bench } = await import('./bench.ts')
    // The hosts are still there, and end with the namespaces.
    process.exit(await bench(options, folder))
  }
}
