import assert from 'node:assert/strict'
import { question } from '../../../../lib/cluster/restore/messages.ts'
import { plotCourse } from '../../../../lib/cluster/restore/plan.ts'
import { type Invented, invent } from '../../pgbackrest/support.ts'
import { segments, situation } from './situation.ts'

const short: Invented = {
  backups: [{ timeline: 1, from: 2, to: 2, stop: 150 }],
  segments: segments(1, 1, 2, 3, 4, 5),
}
const long: Invented = { ...short, segments: segments(1, 1, 2, 3, 4, 5, 6, 7) }

const latest = { type: 'latest' } as const

describe('a restore from an object store', () => {
  it('is chosen where no node has a repository any more, and the order says so', () => {
    const where = situation({ store: invent(short) }, { store: invent(long) })
    const course = plotCourse(where, latest, { keep: true })
    assert.equal(course.node.name, 'node-b')
    assert.equal(course.order.repository, 'object-store')
    assert.match(course.why.join('\n'), /^node-b in the object store: /)
    assert.match(course.why.join('\n'), /not node-a in the object store: leads less far/)
    assert.match(question(where, course, false), /from the repository of node-b in the object store\./)
  })

  it('gives way to a repository on a disk that leads as far', () => {
    const { node, order, why } = plotCourse(
      situation({ store: invent(long) }, { repository: invent(long), store: invent(long) }),
      latest,
      { keep: true },
    )
    assert.equal(node.name, 'node-b')
    assert.equal(order.repository, undefined)
    assert.match(why.join('\n'), /not node-a in the object store: leads there too, and node-b comes first/)
  })

  it('is chosen where it leads further, and where it is asked for', () => {
    const where = situation({ repository: invent(short), store: invent(long) })
    assert.equal(plotCourse(where, latest, { keep: true }).order.repository, 'object-store')
    assert.equal(plotCourse(where, latest, { keep: true, repository: 'local' }).order.repository, undefined)
    const both = situation({ repository: invent(long), store: invent(short) })
    assert.equal(
      plotCourse(both, latest, { keep: true, repository: 'object-store' }).order.repository,
      'object-store',
    )
  })

  it('takes no number of a timeline that only the store knows', () => {
    const ahead: Invented = { ...short, segments: [...segments(1, 1, 2, 3), ...segments(4, 9)] }
    const where = situation({ repository: invent(long), store: invent(ahead) })
    const { order } = plotCourse(where, latest, { keep: true, repository: 'local' })
    assert.equal(order.becomes?.timeline, 5)
  })
})
