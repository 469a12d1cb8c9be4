import assert from 'node:assert/strict'
import { createBoard } from '../../../lib/reporters/board.ts'
import { noColour } from '../../../lib/reporters/palette.ts'
import { ended, failed, started } from './events.ts'

const hosts = Array.from({ length: 100 }, (_, i) => `node-${String(i + 1).padStart(3, '0')}`)

describe('the board', () => {
  it('says where a host is', () => {
    const board = createBoard(['node-a', 'node-long'], { 'node-a': 20, 'node-long': 20 }, noColour)
    board.see({ type: 'host', host: 'node-a', phase: 'probing' })
    assert.equal(board.line('node-a'), 'node-a      0/20  probing')
    board.see(started({ task: 'pull image' }))
    assert.equal(board.line('node-a'), 'node-a      0/20  postgres-primary › pull image')
    board.see(ended({ status: 'changed' }))
    board.see(ended())
    board.see({ type: 'host', host: 'node-a', phase: 'done' })
    assert.equal(board.line('node-a'), 'node-a      2/20  1 ok  1 changed')
  })

  it('keeps a failure in view', () => {
    const board = createBoard(['node-b'], { 'node-b': 5 }, noColour)
    board.see(failed())
    board.see({ type: 'host', host: 'node-b', phase: 'done' })
    const text = 'node-b  1/5  1 failed  postgres-primary › postgres: docker run failed with exit code 125'
    assert.equal(board.line('node-b'), text)
    assert.deepEqual(board.view(3), { hosts: ['node-b'], rest: '' })
  })

  it('shows all hosts that are begun where there is room', () => {
    const board = createBoard(['a', 'b', 'c'], {}, noColour)
    board.see({ type: 'host', host: 'a', phase: 'done' })
    board.see({ type: 'host', host: 'b', phase: 'probing' })
    assert.deepEqual(board.view(10), { hosts: ['a', 'b'], rest: '… 1 more host: 1 waiting' })
  })

  it('shows the failed and the busy ones where there is not', () => {
    const board = createBoard(hosts, {}, noColour)
    for (const host of hosts.slice(0, 60)) board.see({ type: 'host', host, phase: 'done' })
    for (const host of hosts.slice(60, 80)) board.see({ type: 'host', host, phase: 'applying' })
    board.see(failed({ host: 'node-070' }))
    assert.deepEqual(board.view(6), {
      hosts: ['node-061', 'node-062', 'node-063', 'node-064', 'node-070'],
      rest: '… 95 more hosts: 15 busy, 60 done, 20 waiting',
    })
  })
})
