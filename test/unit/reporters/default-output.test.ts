import assert from 'node:assert/strict'
import { createReporter } from '../../../lib/reporters/index.ts'
import { chooseOutput } from '../../../lib/reporters/default-output.ts'
import { wantsColour } from '../../../lib/reporters/palette.ts'
import { Screen, terminal } from './terminal.ts'

const choose = (stdout: Screen, env: NodeJS.ProcessEnv = {}, more: object = {}): string =>
  chooseOutput({ stdout, stderr: new Screen(), env, ...more })

describe('chooseOutput', () => {
  it('moves only where something can move', () => {
    assert.equal(choose(terminal()), 'progress')
    assert.equal(choose(terminal(40)), 'progress')
    assert.equal(choose(terminal(39)), 'plain')
    assert.equal(choose(terminal(0)), 'plain')
    assert.equal(choose(new Screen()), 'plain')
    assert.equal(choose(terminal(), { TERM: 'dumb' }), 'plain')
    assert.equal(choose(terminal(), { CI: 'true' }), 'plain')
    assert.equal(choose(terminal(), { CI: 'false' }), 'progress')
  })

  it('does as it is told', () => {
    assert.equal(choose(terminal(), {}, { output: 'json' }), 'json')
    assert.equal(choose(terminal(), { CI: '1' }, { output: 'progress' }), 'progress')
    assert.equal(choose(new Screen(), {}, { output: 'progress' }), 'plain')
  })

  it('gives frames lines of their own', () => assert.equal(choose(terminal(), {}, { verbosity: 3 }), 'plain'))
})

describe('createReporter', () => {
  it('refuses an output that does not exist', () => {
    const options = { output: 'yaml' as never, stdout: new Screen(), stderr: new Screen(), env: {} }
    assert.throws(() => createReporter(options), {
      code: 'E_UNKNOWN_OUTPUT',
      message: 'there is no output "yaml"',
    })
  })
})

describe('wantsColour', () => {
  const cases: [string, Screen, NodeJS.ProcessEnv, boolean][] = [
    ['a terminal', terminal(), {}, true],
    ['a pipe', new Screen(), {}, false],
    ['a dumb terminal', terminal(), { TERM: 'dumb' }, false],
    ['NO_COLOR', terminal(), { NO_COLOR: '1' }, false],
    ['an empty NO_COLOR', terminal(), { NO_COLOR: '' }, true],
    ['FORCE_COLOR in a pipe', new Screen(), { FORCE_COLOR: '1' }, true],
    ['an empty FORCE_COLOR', terminal(), { FORCE_COLOR: '' }, false],
    ['FORCE_COLOR=0', terminal(), { FORCE_COLOR: '0' }, false],
    ['both', terminal(), { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  ]
  for (const [what, stream, env, expected] of cases)
    it(`${expected ? 'colours' : 'does not colour'} ${what}`, () =>
      assert.equal(wantsColour(stream, env), expected))
})
