#!/usr/bin/env node
import module from 'node:module'

// Compiled code kept on disk makes every start but the first one quicker (Node 22.1 and later).
module.enableCompileCache?.()

const { main } = await import('../dist/lib/cli/main.js')
process.exitCode = await main(process.argv.slice(2))
