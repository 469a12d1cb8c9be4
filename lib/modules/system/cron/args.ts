import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { absolutePath } from '../../../core/schemas.ts'
import { accountName } from '../shared/account-args.ts'
import { dayField, hourField, minuteField, monthField, weekdayField } from './schedule.ts'

const oneLine = z.string().regex(/^[^\0\n\r]*$/, 'must be one line')
const variable = z.string().regex(/^[A-Za-z_]\w*$/, 'must be the name of an environment variable')

const cronFile = z
  .string()
  .regex(
    /^(\/[^\0\n\r]*|[A-Za-z0-9_-]+)$/,
    'must be an absolute path, or a name of letters, digits, _ and -: cron ignores other files in /etc/cron.d',
  )
  .transform((name) => (name.startsWith('/') ? name : `/etc/cron.d/${name}`))
  .pipe(absolutePath)
  .refine((path) => path !== '/etc/crontab', 'must be a file of its own, not /etc/crontab')

const times = {
  /** Minutes, 0-59. `'*'` is every minute. Needed with `hour`, `day`, `month` or `weekday`. @default '*' */
  minute: minuteField.optional(),
  /** Hours, 0-23. Needed with `day`, `month` or `weekday`. @default '*' */
  hour: hourField.optional(),
  /** Days of the month, 1-31. If `weekday` is given too, cron runs the job on the days that match either of them. @default '*' */
  day: dayField.optional(),
  /** Months, 1-12 or jan-dec. @default '*' */
  month: monthField.optional(),
  /** Days of the week, 0-7 or sun-sat; 0 and 7 are Sunday. @default '*' */
  weekday: weekdayField.optional(),
}

const shape = {
  /** Name of the job: a comment before its line, by which later runs find it. With `env`, the name of the variable. */
  name: oneLine.min(1).refine((name) => name.trim() === name, 'must not begin or end with a space'),
  /**
   * The command. cron passes it to `/bin/sh`, and takes `%` for a line break: write `'\\%'` for a percent sign. Required unless
   * `state` is `absent` or `env` is true.
   */
  job: oneLine.min(1).optional(),
  ...times,
  /** Run the job at a time that has a name, instead of `minute` and so on. @default none */
  specialTime: z.enum(['reboot', 'yearly', 'annually', 'monthly', 'weekly', 'daily', 'hourly']).optional(),
  /**
   * Whose crontab it is. With `cronFile`, the user who runs the job, which is then required. The user must exist.
   *
   * @default the user that runs the task
   */
  user: accountName.optional(),
  /**
   * A file in `/etc/cron.d`, by its name or as an absolute path, instead of the crontab of a user. It is created if it is
   * missing, and removed with its last line. The crond of BusyBox does not read `/etc/cron.d`.
   *
   * @default the crontab of `user`
   */
  cronFile: cronFile.optional(),
  /** `absent` removes the job, or the variable. @default 'present' */
  state: z.enum(['present', 'absent']).optional(),
  /** Comment the job out. @default false */
  disabled: z.boolean().optional(),
  /** Manage an environment variable instead of a job. A new one goes to the top, so that it applies to all jobs. @default false */
  env: z.boolean().optional(),
  /** The value of the variable. Required unless `state` is `absent` or `env` is false. */
  value: oneLine
    .refine((text) => !(text.includes('"') && text.includes("'")), 'must not contain both kinds of quotes')
    .optional(),
  /** A new variable goes below this one, which must exist. @default the top */
  insertAfter: variable.optional(),
  /** A new variable goes above this one, which must exist. @default the top */
  insertBefore: variable.optional(),
  /** Keep the old file as `PATH.TIME~`, with the time in UTC; cron ignores it. Needs `cronFile`. @default false */
  backup: z.boolean().optional(),
}

export interface CronArgs extends ArgsOf<typeof shape> {}

const FIELDS = ['minute', 'hour', 'day', 'month', 'weekday'] as const
const OF_JOBS = [...FIELDS, 'specialTime', 'job', 'disabled'] as const

export const args = z.strictObject(shape).superRefine((given, context) => {
  const { env = false, state = 'present', name, job, value, user, cronFile: file } = given
  const wrong = (path: keyof CronArgs, message: string): void =>
    context.addIssue({ code: 'custom', path: [path], message })
  const present = state === 'present'
  if (env) {
    if (!variable.safeParse(name).success) wrong('name', 'must be the name of an environment variable')
    if (present && value === undefined) wrong('value', 'is needed with env: true')
    for (const one of OF_JOBS)
      if (given[one] !== undefined) wrong(one, 'is of jobs, not of variables (env: true)')
  } else {
    if (present && job === undefined) wrong('job', 'is needed unless state is absent')
    if (present && file !== undefined && user === undefined)
      wrong('user', 'is needed with cronFile: the user who runs the job')
    for (const one of ['value', 'insertAfter', 'insertBefore'] as const)
      if (given[one] !== undefined) wrong(one, 'goes with env: true')
  }
  if (given.insertAfter !== undefined && given.insertBefore !== undefined)
    wrong('insertBefore', 'either insertAfter or insertBefore, not both')
  if (given.backup === true && file === undefined) wrong('backup', 'goes with cronFile')
  const coarse = FIELDS.filter((one) => given[one] !== undefined)
  if (given.specialTime !== undefined && coarse.length > 0)
    wrong('specialTime', `either specialTime or ${coarse.join(', ')}, not both`)
  for (const [i, fine] of (['minute', 'hour'] as const).entries()) {
    const coarser = FIELDS.slice(i + 1).find((one) => given[one] !== undefined)
    if (given[fine] === undefined && coarser !== undefined)
      wrong(fine, `is needed with ${coarser}; '*' runs the job every ${fine} of the ${coarser}`)
  }
})
