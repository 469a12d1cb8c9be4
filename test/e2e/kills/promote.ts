import assert from 'node:assert/strict'
import { NODES, explain, run } from '../support.ts'
import type { End, Operation } from './operation.ts'

export const promote = (...args: string[]): Operation => ({
  name: 'promote',
  prepare: async (from, toss) => {
    const replicas = NODES.filter((node) => node !== from)
    const to = replicas[Math.floor(toss() * replicas.length)] ?? ''
    const command = ['promote', '-e', `to=${to}`, ...args]
    const finish = async (): Promise<End> => {
      const again = await run(...command)
      if (again.code !== 0) {
        assert.match(again.stderr, /is the primary already/, explain(again))
        // What comes after the promotion is what any run of site does.
        const site = await run('site', ...args)
        assert.equal(site.code, 0, explain(site))
      }
      return { way: 'finished', primary: to }
    }
    const abort = async (): Promise<End> => {
      const back = await run(...command, '-e', 'abort=yes')
      if (back.code === 0) return { way: 'aborted', primary: from }
      assert.match(back.stderr, /point of no return .*passed/, explain(back))
      return { ...(await finish()), way: 'finished, too late' }
    }
    return { words: `${from} → ${to}`, command, finish, abort }
  },
})
