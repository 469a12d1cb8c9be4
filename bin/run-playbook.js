#!/usr/bin/env node
'use strict'
// CommonJS, because Node.js takes longer to start for an ES module than all of the help takes.
const argv = process.argv.slice(2)
if (argv.length === 1 && ['-h', '--help', '-V', '--version'].includes(argv[0])) {
  require('../dist/lib/cli/help.cjs').printHelp(argv)
} else {
  void run()
}

async function run() {
  // Compiled code kept on disk makes every start but the first one quicker (Node 22.1 and later). Node's own place for it
  // is a folder in /tmp that another user may have made first.
  const { cacheFolder } = await import('../dist/lib/cli/cache-folder.js')
  const cache = cacheFolder('node')
  if (cache !== undefined)
    require('node:module').enableCompileCache?.(process.env.NODE_COMPILE_CACHE ?? cache)

  const { main } = await import('../dist/lib/cli/main.js')

  // A signal that comes when the run is over must not change its exit status.
  let over = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => over && process.exit())
  process.exitCode = await main(argv)
  over = true
}
