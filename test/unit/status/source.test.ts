import assert from 'node:assert/strict'
import { Source } from '../../../docker/status/facts/source.ts'

describe('something that is read again and again', () => {
  it('is told as it was when reading takes too long, and anew when it is done', async () => {
    let release: (value: string) => void = () => undefined
    let reading: Promise<string> = Promise.resolve('first')
    const source = new Source(() => reading, 20)
    await source.refresh(0)
    assert.deepEqual([source.value, source.failure], ['first', undefined])

    reading = new Promise((resolve) => (release = resolve))
    await source.refresh(0)
    assert.equal(source.value, 'first')
    assert.match(`${source.failure?.message}`, /no answer within 0.02 s/)
    // Whoever comes meanwhile does not wait again, and does not start another reading.
    await source.refresh(0)
    assert.equal(source.value, 'first')

    release('second')
    await source.refresh(0)
    assert.deepEqual([source.value, source.failure], ['second', undefined])
  })
})
