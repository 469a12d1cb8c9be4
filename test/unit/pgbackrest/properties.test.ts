import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  type Target,
  chooseRepository,
  parseRepository,
  reach,
  recoverableWindow,
} from '../../../lib/pgbackrest/index.ts'
import { RECORDED, at, invent, segment, text } from './support.ts'

/** A cluster that was promoted now and then: on which timeline a segment was written. */
const life = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 4 }).map((lengths) => {
  let from = 250 // the next folder is near
  return lengths.map((length, i) => {
    const link = { timeline: i + 1, from, to: from + length - 1 }
    from += length
    return link
  })
})
type Life = readonly { timeline: number; from: number; to: number }[]

const segmentsOf = (links: Life) =>
  links.flatMap(({ timeline, from, to }) =>
    Array.from({ length: to - from + 1 }, (_, i) => ({ timeline, number: from + i, at: (from + i) * 10 })),
  )

/** A switch in the middle of the first segment of the new timeline. */
const historiesOf = (links: Life) => {
  const parents = links.slice(1).map(({ from }, i) => {
    const lsn = `${Math.floor(from / 256).toString(16)}/${((from % 256) * 0x1000000 + 0x100).toString(16)}`
    return `${i + 1}@${lsn}`
  })
  return Object.fromEntries(parents.map((_, i) => [i + 2, parents.slice(0, i + 1).join(' ')]))
}

const cluster = (links: Life, kept: ReturnType<typeof segmentsOf>) => {
  const first = links[0] as Life[number]
  return invent({
    backups: [{ timeline: 1, from: first.from, to: first.from, stop: first.from * 10 }],
    segments: kept,
    histories: historiesOf(links),
  })
}

describe('the recoverable window', () => {
  it('is whole while nothing is missing, and never leads across a missing segment', () => {
    fc.assert(
      fc.property(life, fc.nat(), (links, pick) => {
        const all = segmentsOf(links)
        const whole = recoverableWindow(cluster(links, all))
        const last = all.at(-1) as (typeof all)[number]
        assert.deepEqual([whole.complete, whole.until?.segment], [true, segment(last.timeline, last.number)])
        const gone = pick % all.length
        const torn = recoverableWindow(cluster(links, all.toSpliced(gone, 1)))
        const before = all[gone - 1]
        assert.equal(torn.until?.segment, before && segment(before.timeline, before.number))
        assert.equal(torn.complete, gone > 0 && gone === all.length - 1)
      }),
    )
  })

  it('is not prefered where it reaches less', () => {
    const loss = fc.array(fc.nat(), { maxLength: 3 })
    const target = fc.nat({ max: 4000 })
    fc.assert(
      fc.property(life, fc.array(loss, { minLength: 1, maxLength: 4 }), target, (links, losses, seconds) => {
        const all = segmentsOf(links)
        const nodes = losses.map((lost, i) => {
          const missing = new Set(lost.map((one) => one % all.length))
          const repository = cluster(
            links,
            all.filter((_, n) => !missing.has(n)),
          )
          return { node: `node-${i}`, repository, ends: Math.min(all.length, ...missing) }
        })
        const most = Math.max(...nodes.map(({ ends }) => ends))
        const { node } = chooseRepository(nodes, { type: 'latest' })
        assert.equal(nodes.find((one) => one.node === node)?.ends, most === 0 ? undefined : most)
        const time: Target = { type: 'time', time: at(seconds) }
        const { node: chosen, reach: how } = chooseRepository(nodes, time)
        const able = nodes.filter(({ repository }) => reach(repository, time).verdict === 'yes')
        assert.equal(chosen === undefined, able.length === 0)
        if (how !== undefined) assert.ok(how.end !== undefined && how.end.at >= time.time)
      }),
    )
  })
})

describe('the reader of a repository', () => {
  const recorded = RECORDED.flatMap((version) => [
    text(version, 'back-a.txt'),
    text(version, 'encrypted.txt'),
  ])
  const use = (junk: string): void => {
    const repository = parseRepository(junk)
    recoverableWindow(repository)
    for (const target of [
      { type: 'latest' },
      { type: 'time', time: at(0) },
      { type: 'lsn', lsn: junk },
    ] as Target[])
      reach(repository, target)
  }

  it('takes any text', () => {
    const word = fc.constantFrom(
      'wal',
      'history',
      'backup',
      'info',
      'db',
      'cluster',
      'twice',
      'folder',
      'end',
    )
    const line = fc.tuple(word, fc.string()).map((parts) => parts.join(' '))
    fc.assert(fc.property(fc.array(line), (lines) => use(lines.join('\n'))))
  })

  it('takes what is damaged, and says when it is cut short', () => {
    const place = fc.tuple(fc.constantFrom(...recorded), fc.nat(), fc.string({ maxLength: 5 }))
    fc.assert(
      fc.property(place, ([whole, where, junk]) => {
        const cut = whole.slice(0, where % (whole.length - 4))
        use(cut)
        assert.match(parseRepository(cut).problems.join(), /cut short/)
        use(cut + junk + whole.slice(cut.length + junk.length))
      }),
    )
  })
})
