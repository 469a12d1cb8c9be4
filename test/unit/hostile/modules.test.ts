import { rmSync } from 'node:fs'
import fc from 'fast-check'
import { fuzz } from './fuzz.ts'
import { CLUSTER } from './cluster-tasks.ts'
import { hear, spoilOne, understand, whole } from './hear.ts'
import { prepare } from './prepare.ts'
import { tasksIn } from './tasks.ts'

describe('what a host answers to a task', function () {
  this.timeout(3_600_000)
  const root = prepare()
  after(() => rmSync(root, { recursive: true, force: true }))

  for (const [name, make] of Object.entries({ ...tasksIn(root), ...CLUSTER }))
    it(`${name}: garbage is refused in words, and never run`, async () => {
      const asking = make()
      await asking.load?.()
      const heard = await hear(asking.probe)
      // What is spoiled is something that is understood.
      try {
        understand(asking, heard, whole(heard))
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'UserError') throw error
      }
      if (heard.length > 0) await fc.assert(spoilOne(asking, heard), fuzz(300, 10_000))
    })
})
