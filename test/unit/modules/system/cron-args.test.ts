import assert from 'node:assert/strict'
import { type CronArgs, cron } from '../../../../lib/modules/index.ts'

describe('arguments of cron', () => {
  const wrong: Readonly<Record<string, Partial<Record<keyof CronArgs, unknown>>>> = {
    'a minute that is none': { minute: 60 },
    'a minute with a space': { minute: '1 2' },
    'an empty field': { minute: '' },
    'a range that ends before it begins': { minute: '10-5' },
    'a step of zero': { minute: '*/0' },
    'a step of a number': { minute: '5/15' },
    'a line break in a field': { minute: '0\n* * * * * root x' },
    'hour 24': { minute: 0, hour: 24 },
    'day 0': { minute: 0, hour: 0, day: 0 },
    'month 13': { minute: 0, hour: 0, month: 13 },
    'a month that is none': { minute: 0, hour: 0, month: 'january' },
    'weekday 8': { minute: 0, hour: 0, weekday: 8 },
    'an hour without a minute': { hour: 5 },
    'a day without an hour': { minute: 0, day: 1 },
    'a weekday without an hour': { minute: 0, weekday: 'sun' },
    'two times': { minute: 0, specialTime: 'daily' },
    'a job of two lines': { job: 'a\nb' },
    'a name of two lines': { name: 'a\nb' },
    'no name': { name: '' },
    'no job': { job: undefined },
    'a user that is an option': { user: '-r' },
    'a file without a user': { cronFile: 'x' },
    'a file that cron ignores': { cronFile: 'x.sh', user: 'root' },
    'a file above': { cronFile: '../x', user: 'root' },
    'the crontab of the system': { cronFile: '//etc/crontab', user: 'root' },
    'a backup of a crontab': { backup: true },
    'a value of a job': { value: 'x' },
    'a place of a job': { insertAfter: 'PATH' },
    'a variable without a value': { env: true, job: undefined, name: 'A' },
    'a variable with a job': { env: true, name: 'A', value: 'x' },
    'a variable that is none': { env: true, job: undefined, name: 'A B', value: 'x' },
    'a value with all quotes': { env: true, job: undefined, name: 'A', value: `"'` },
    'two places': { env: true, job: undefined, name: 'A', value: '', insertAfter: 'B', insertBefore: 'C' },
    'a time of a variable': { env: true, job: undefined, name: 'A', value: '', minute: 0 },
  }
  for (const [what, args] of Object.entries(wrong))
    it(`refuse ${what}`, () => {
      const all = { name: 'a', job: 'x', ...args } as CronArgs
      assert.throws(() => cron('it', all), { code: 'E_BAD_ARGUMENT' })
    })

  it('say what would happen without the minute', () => {
    assert.throws(
      () => cron('it', { name: 'a', job: 'x', hour: 5 }),
      /'\*' runs the job every minute of the hour/,
    )
  })
})
