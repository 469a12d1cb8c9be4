import assert from 'node:assert/strict'
import { NODES, explain, run } from '../support.ts'
import type { End, Operation } from './operation.ts'

export const reclone = (...args: string[]): Operation => ({
  name: 'reclone',
  prepare: async (primary, toss) => {
    const replicas = NODES.filter((node) => node !== primary)
    const node = replicas[Math.floor(toss() * replicas.length)] ?? ''
    const command = ['reclone', '-l', node, ...args]
    // The node goes on copying when a run is killed, and is locked meanwhile.
    const patient = [...command, '--lock-wait', '300']
    const finish = async (): Promise<End> => {
      const again = await run(...patient)
      assert.equal(again.code, 0, explain(again))
      return { way: 'finished', primary }
    }
    const abort = async (): Promise<End> => {
      const back = await run(...patient, '-e', 'abort=yes')
      if (back.code === 0) return { way: 'aborted', primary }
      assert.match(back.stdout + back.stderr, /point of no return has been passed/, explain(back))
      return { ...(await finish()), way: 'finished, too late' }
    }
    return { words: node, command, finish, abort }
  },
})
