import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Secret } from '../../lib/core/secret.ts'
import { SKIPPED, type Script } from '../../lib/transport/transport.ts'
import { eachWay, probe, step } from './each-way.ts'

const brief = (script: string, more: Partial<Script> = {}): Script => step(script, { brief: true, ...more })

eachWay('brief steps', (at) => {
  it('answer with code, stdout and stderr of each, in order', async () => {
    const replies = await at.run(
      brief('echo one; echo uno >&2'),
      brief(':'),
      brief('printf %s "$0 $# "; umask; pwd'),
      probe('echo between'),
      brief('echo last'),
      brief('exit 7'),
      brief('echo never'),
      probe('echo after'),
    )
    const seen = replies.map(({ code, stdout, stderr }) => [code, stdout.toString(), stderr.toString()])
    assert.deepEqual(seen, [
      [0, 'one\n', 'uno\n'],
      [0, '', ''],
      [0, `/bin/sh 0 0022\n${at.home}\n`, ''],
      [0, 'between\n', ''],
      [0, 'last\n', ''],
      [7, '', ''],
      [SKIPPED, '', ''],
      [0, 'after\n', ''],
    ])
  })

  it('run in one process, and more than fit into one in several', async () => {
    const parents = await at.outputs(...Array.from({ length: 45 }, () => brief('echo $PPID $$')))
    assert.equal(new Set(parents).size, 3)
    const alone = [brief('echo $$'), step('echo $$'), brief('echo $$', { timeoutMs: 60_000 })]
    assert.equal(new Set(await at.outputs(...alone)).size, 3)
  })

  it('keep nothing from one to the next', async () => {
    const dirty = `x=1; f() { :; }; cd /; set -eu -- a b; umask 077; export y=1; IFS=:; trap 'echo left' EXIT; set -C`
    const look =
      'echo "${x-}${y-} $# $(umask)"; pwd; command -v f; set -- $(echo a b); echo $#; case $- in *[euC]*) echo $-;; esac'
    const [first, second] = await at.outputs(brief(dirty), brief(`${look}; true`))
    assert.equal(first, 'left\n')
    assert.equal(second, ` 0 0022\n${at.home}\n2\n`)
  })

  it('end with the code of set -e, of a syntax error and of a shell that is killed', async () => {
    for (const [script, code] of [
      ['set -e; false; echo on', 1],
      ['exec false', 1],
      ['(exit 3)', 3],
    ] as const)
      assert.deepEqual(await at.codes(brief(':'), brief(script), brief(':')), [0, code, SKIPPED], script)
    for (const rough of ['if', ')', "'", '${', 'kill -9 0']) {
      const [first, code, last] = await at.codes(brief(':'), brief(rough), brief(':'))
      assert.deepEqual([first, last], [0, SKIPPED], rough)
      assert.notEqual(code, 0, rough)
    }
    assert.deepEqual(await at.codes(brief(':'), brief(':')), [0, 0])
  })

  it('get their input byte for byte: text, bytes, a secret, a file, and much of it', async () => {
    const text = `it's "$HOME" \`id\` \\ %s\n\nno end: ä`
    const bytes = Buffer.from(Array.from({ length: 3000 }, (_, i) => i % 256))
    const file = `${at.dir}/file`
    writeFileSync(file, bytes)
    const inputs = [text, bytes, new Secret('s', 'a secret\n'), { file }, 'x'.repeat(100_000), '', 'end\n']
    const replies = await at.run(
      ...inputs.map((stdin) => brief('cat', { stdin })),
      brief('cat'),
      brief('cat', { stdin: Buffer.alloc(2 * 1024 * 1024) }),
      brief('cat', { stdin: 'y' }),
    )
    const sent = [text, bytes, 'a secret\n', bytes, 'x'.repeat(100_000), '', 'end\n', '']
    for (const [i, want] of sent.entries())
      assert.ok(replies[i]?.stdout.equals(Buffer.from(want)), `input ${i}`)
    assert.equal(replies.at(-2)?.stdout.length, 256 * 1024)
    assert.equal(replies.at(-1)?.stdout.toString(), 'y')
    assert.ok(!at.trace.join('\n').includes('a secret'))
  })

  it('take none of the input of those that are skipped', async () => {
    const scripts = [
      brief('exit 2', { stdin: 'one' }),
      brief('cat', { stdin: Buffer.alloc(5000, 'x') }),
      brief('cat', { stdin: 'two' }),
      probe('cat', { stdin: 'three' }),
    ]
    assert.deepEqual(await at.codes(...scripts), [2, SKIPPED, SKIPPED, 0])
    assert.deepEqual(await at.outputs(brief('cat', { stdin: 'four' }), brief('cat')), ['four', ''])
  })

  it('are not begun after a stop, but one that continues a change is', async () => {
    const log = `${at.folder}/log`
    const scripts = [
      brief(`echo 1 >>${log}; touch ${log}.began; until [ -e ${log}.go ]; do sleep 0.1; done`),
      brief(`echo 2 >>${log}`, { continues: true }),
      brief(`echo 3 >>${log}`),
      brief(`echo 4 >>${log}`, { continues: true }),
      probe(`cat ${log}`),
    ]
    const running = at.run(...scripts)
    while (!existsSync(at.here(`${log}.began`))) await sleep(20)
    await at.connection.stop()
    writeFileSync(at.here(`${log}.go`), '')
    assert.deepEqual(
      (await running).map(({ code }) => code),
      [0, 0, SKIPPED, SKIPPED, 0],
    )
    assert.equal(readFileSync(at.here(log), 'utf8'), '1\n2\n')
  })

  it('are reported as each ends', async () => {
    const seen: number[] = []
    const told = `${at.folder}/told-brief`
    const onReply = (index: number): void => {
      if (seen.push(index) === 1) writeFileSync(at.here(told), '')
    }
    // The second one ends when the first was reported.
    const second = brief(
      `i=0; until [ -e ${told} ] || [ $i = 200 ]; do sleep 0.1; i=$((i + 1)); done; [ $i != 200 ]`,
    )
    const replies = await at.connection.exchange([brief('echo x'), second, brief(':')], {
      user: 'login',
      onReply,
    })
    assert.deepEqual(
      replies.map(({ code }) => code),
      [0, 0, 0],
    )
    assert.deepEqual(seen, [0, 1, 2])
  })

  it('fail where their input cannot be stored, and only those', async function () {
    // A folder in the place of the file that the host would write.
    const [folder = ''] = await at.outputs(probe('x=$(readlink /proc/$$/fd/1); echo ${x%/*}'))
    const block = step(`mkdir ${folder.trim()}/i2 ${folder.trim()}/i4`)
    const scripts = [
      block,
      brief('cat', { stdin: 'a' }),
      brief('cat', { stdin: 'b' }),
      brief('cat', { stdin: 'c' }),
    ]
    const replies = await at.run(...scripts)
    assert.deepEqual(
      replies.map(({ code }) => code),
      [0, 0, 1, SKIPPED],
    )
    assert.match(String(replies[2]?.stderr), /the input could not be stored on the host/)
  })
})

eachWay('a step that is not seen', (at) => {
  const shown = 'tr "\\0" " " </proc/$$/cmdline; :'

  it('shows no word of its script in the process list', async () => {
    const [seen = '', unseen = ''] = await at.outputs(
      step(`${shown} # word`),
      step(`${shown} # word`, { unseen: true }),
    )
    assert.match(seen, /word/)
    assert.doesNotMatch(unseen, /word/)
  })

  it('fails where its script cannot be stored', async function () {
    // A folder in the place of the file that the host would write.
    const [folder = ''] = await at.outputs(probe('x=$(readlink /proc/$$/fd/1); echo ${x%/*}'))
    const replies = await at.run(step(`mkdir ${folder.trim()}/x1`), step(':', { unseen: true }), step(':'))
    assert.deepEqual(
      replies.map(({ code }) => code),
      [0, 1, SKIPPED],
    )
    assert.match(String(replies[1]?.stderr), /the script or its input could not be stored on the host/)
  })
})

// What runs in a container does not learn that docker exec was cut off.
const TOLD = ['on this machine', 'over SSH', "over OpenSSH's own client", 'in a chroot']

eachWay(
  'brief steps that are cut off',
  (at) => {
    it('are not begun when the connection was cut while one before them ran', async () => {
      const log = `${at.folder}/cut`
      const running = at.run(
        brief(`echo 1 >>${log}; until [ -e ${log}.go ]; do sleep 0.1; done; echo end >>${log}`),
        ...[2, 3, 4].map((nth) => brief(`echo ${nth} >>${log}`)),
      )
      while (!existsSync(at.here(log))) await sleep(20)
      const rejected = assert.rejects(running, { name: 'UnreachableError' })
      await at.connection.close()
      await rejected
      writeFileSync(at.here(`${log}.go`), '')
      const ended = (): boolean => readFileSync(at.here(log), 'utf8').includes('end')
      while (!ended()) await sleep(20)
      // Whatever would still be begun is begun at once.
      await sleep(1000)
      assert.equal(readFileSync(at.here(log), 'utf8'), '1\nend\n')
    })
  },
  TOLD,
)
