#!/usr/bin/env node
import module from 'node:module'

const argv = process.argv.slice(2)
if (argv.length === 1 && ['-h', '--help', '-V', '--version'].includes(argv[0])) {
  const { printHelp } = await import('../dist/lib/cli/help.js')
  printHelp(argv)
} else {
  // Compiled code kept on disk makes every start but the first one quicker (Node 22.1 and later). Node's own place for it
  // is a folder in /tmp that another user may have made first.
  const { cacheFolder } = await import('../dist/lib/cli/cache-folder.js')
  const cache = cacheFolder('node')
  if (cache !== undefined) module.enableCompileCache?.(process.env.NODE_COMPILE_CACHE ?? cache)

  const { main } = await import('../dist/lib/cli/main.js')

  // A signal that comes when the run is over must not change its exit status.
  let over = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => over && process.exit())
  process.exitCode = await main(argv)
  over = true
}
