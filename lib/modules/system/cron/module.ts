import { type Keeps, type Module, type Plan, type Step, defineModule } from '../../../core/module.ts'
import { predict, question } from '../../../core/probe.ts'
import { type Resource, paths } from '../../../core/resource.ts'
import { applyFile } from '../../files/file/apply.ts'
import { planFile } from '../../files/file/plan.ts'
import { SELF, account } from '../../shared/account.ts'
import { sameAccounts } from '../../shared/access.ts'
import { applyInstall } from '../../shared/apply-install.ts'
import { planInstall } from '../../shared/install.ts'
import { contentPayload, shortHash } from '../../shared/payload.ts'
import { crontab, crontabFiles, crontabOptions, crontabTool } from '../shared/crontab.ts'
import { type CronArgs, args } from './args.ts'
import { type CronState, probeCron } from './state.ts'
import { type CronWork, ownerOf, workOf } from './work.ts'

/**
 * A job of cron, or an environment variable of jobs: in the crontab of a user, or in a file of `/etc/cron.d`. A comment before
 * the job, `#run-playbook: NAME`, shows later runs where it is. Other lines stay as they are.
 *
 * As in Ansible, a line that is the wanted one but has no such comment gets one, and a file without lines is removed. A job that
 * Ansible wrote, below `#Ansible: NAME`, is found and keeps its comment. Unlike in Ansible, a time that cron would refuse or
 * ignore is an error before any host is touched, so is an hour or a day without a minute (it would run every minute), the user
 * must exist, and a job that is there twice is left once.
 *
 * @dryRun Reads the crontab with `crontab -l`, or the file, and shows the diff. Later tasks see the new text, so that several
 * jobs in one crontab add up. A missing user fails, unless an earlier task would create it or the job is to be absent; so does a
 * host without `crontab` where a crontab would change.
 *
 * @example
 * cron('nightly report', { name: 'report', minute: 30, hour: 3, weekday: 'mon-fri', job: '/usr/local/bin/report --mail', user: 'nobody' })
 *
 * @example
 * const file = { cronFile: 'app', user: 'root' }
 * return [
 *   cron('path of the jobs', { cronFile: 'app', env: true, name: 'PATH', value: '/usr/local/bin:/usr/bin:/bin' }),
 *   cron('clean up', { ...file, name: 'clean up', specialTime: 'hourly', job: 'clean-up' }),
 * ]
 */
export const cron: Module<CronArgs, CronState> = defineModule({
  name: 'cron',
  args,
  ansible: { dom: 'day', dow: 'weekday' },
  probe: probeCron,
  plan,
  apply,
  touches,
  keeps,
})

function plan(given: CronArgs, state: CronState): Plan {
  const work = workOf(given, state)
  if (typeof work === 'string') return { changes: [], because: work }
  const done = planOf(work, given, state)
  // The user stays what it is.
  const key = given.user === undefined ? SELF.user : `user:${given.user}`
  return { ...done, leaves: [...(done.leaves ?? []), predict(account, key, state.user)] }
}

function planOf(work: CronWork, given: CronArgs, state: CronState): Plan {
  if (work.kind === 'install') return planInstall(work.args, work.state)
  if (work.kind === 'remove') return planFile(work.args, work.state)
  const { now, payload, text } = work
  const owner = ownerOf(given, state)
  const isOwn = owner === state.access.accounts[SELF.user]?.name
  const from = now === undefined ? 'absent' : shortHash(payload, contentPayload(now).sha256)
  const body = { path: `crontab of ${owner}`, wanted: text, now: question(crontab, given.user ?? '') }
  return {
    changes: [{ what: 'crontab', from, to: shortHash(payload, payload.sha256), body }],
    leaves: [
      ...[owner, ...(isOwn ? [''] : [])].map((key) => predict(crontab, key, text)),
      predict(crontabTool, '', true),
      ...sameAccounts(state.access),
    ],
  }
}

function apply(given: CronArgs, state: CronState): Step[] {
  const work = workOf(given, state)
  if (typeof work === 'string') return []
  if (work.kind === 'install') return applyInstall(work.args, work.state)
  if (work.kind === 'remove') {
    const { emptied } = work
    return [
      ...(emptied === undefined ? [] : applyInstall(emptied.args, emptied.state)),
      ...applyFile(work.args, work.state),
    ]
  }
  return [{ script: `set -eu\n${crontabOptions(given.user ?? '')}\ncrontab "$@" -`, stdin: work.text }]
}

function touches(given: CronArgs, state: CronState | undefined): readonly Resource[] {
  if (given.cronFile !== undefined) return [paths.at(given.cronFile)]
  return crontabFiles(state === undefined ? (given.user ?? '') : ownerOf(given, state))
}

/** The crontab of whoever runs the task is somebody else's. */
function keeps(given: CronArgs, state: CronState | undefined): Keeps | undefined {
  if (given.cronFile !== undefined || state === undefined) return undefined
  const own = state.access.accounts[SELF.user]?.name
  return ({ reader, key }) => reader === crontab && key === '' && ownerOf(given, state) !== own
}
