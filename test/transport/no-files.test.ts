import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** Runs a script in a process that can open no more files, and hands out what it printed. */
async function withoutFiles(script: string): Promise<unknown> {
  const program = `
    import { closeSync, openSync } from 'node:fs'
    import { processLink } from './lib/transport/index.ts'
    import { processStream } from './lib/transport/ssh/process-stream.ts'
    const open = []
    const fill = () => {
      try {
        for (;;) open.push(openSync('/dev/null', 'r'))
      } catch {}
    }
    const said = async (work) => {
      fill()
      const end = await Promise.resolve().then(work).then(() => 'started', ({ code, message }) => code + ': ' + message)
      await new Promise((resolve) => setTimeout(resolve, 50))
      for (const file of open.splice(0)) closeSync(file)
      return end
    }
    console.log(JSON.stringify(await said(() => ${script})))`
  const args = ['--import', 'tsx', '--conditions=source', '--input-type=module', '-e', program]
  const limited = ['-c', 'ulimit -n 200 && exec "$0" "$@"', process.execPath, ...args]
  const { stdout } = await promisify(execFile)('/bin/sh', limited)
  return JSON.parse(stdout)
}

describe('where no more files can be opened', () => {
  for (const [what, script] of [
    [
      'a shell',
      "processLink('here', new AbortController().signal, { argv: () => ['true'] }).openChannel('true')",
    ],
    ['a ProxyCommand', "processStream('true', [])"],
  ] as const)
    it(`${what} that cannot be started is an error, and not the end of the run`, async () => {
      assert.match(String(await withoutFiles(script)), /^E_CHANNEL_FAILED: .*too many files are open/)
    })
})
