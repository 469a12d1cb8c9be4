// A run of its own, for the tests that need several processes. Told what to do by its arguments, a line on standard
// input lets it go on, and it prints one JSON value a line.
import { once } from 'node:events'
import { reveal } from '../../../lib/core/secret.ts'
import { openSecrets } from '../../../lib/secrets/index.ts'
import { withLock } from '../../../lib/secrets/lock.ts'

const [what, stateDir = '', home = ''] = process.argv.slice(2)
const say = (value: unknown): unknown => process.stdout.write(`${JSON.stringify(value)}\n`)
const open = () => openSecrets({ stateDir, home, env: {} })

if (what === 'generate') {
  const store = await open()
  const password = reveal(store.password('app'))
  say('ready')
  await once(process.stdin, 'data')
  await store.save().then(
    () => say({ password }),
    (error: { code: string }) => say({ code: error.code }),
  )
} else if (what === 'save-forever') {
  for (let i = 0; ; i++) {
    const store = await open()
    const name = `n${process.pid}.${i}`
    const value = reveal(store.password(name))
    await store.save()
    say({ name, value })
  }
} else if (what === 'die-with-lock') {
  await withLock(stateDir, async () => process.kill(process.pid, 'SIGKILL'))
}
process.exit()
