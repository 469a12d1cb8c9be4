import { UserError } from '../../../core/errors.ts'
import { lineEnd, linesOf, withLines } from '../../shared/edit-lines.ts'
import type { CronArgs } from './args.ts'

/** The text of a crontab with the job or the variable as it is wanted. The last line always ends: cron ignores it otherwise. */
export function editCron(text: string, wanted: CronArgs): string {
  const lines = linesOf(text)
  const edited = withLines(text, wanted.env === true ? editVariable(lines, wanted) : editJob(lines, wanted))
  return edited === '' || edited.endsWith('\n') ? edited : edited + lineEnd(edited)
}

// Ansible's comments count too: a job that it wrote is the same job.
const MARK = /^#(?:Ansible|run-playbook): (.*)$/
const VARIABLE = /^\s*(["']?)(\w+)\1\s*=/

/** A comment by which a job is found, and the line of the job, where there is one. */
interface Found {
  readonly mark: number
  readonly job: number | undefined
}

/** Whether a line that follows such a comment is its job, maybe commented out. */
const isJob = (line: string | undefined): boolean =>
  line !== undefined && /^\s*(?:[^#\s]|#\s*[\d*@])/.test(line) && !VARIABLE.test(line)

function editJob(lines: readonly string[], wanted: CronArgs): readonly string[] {
  const found = lines.flatMap((line, mark): Found[] => {
    if (MARK.exec(line)?.[1]?.trim() !== wanted.name) return []
    return [{ mark, job: isJob(lines[mark + 1]) ? mark + 1 : undefined }]
  })
  if (wanted.state === 'absent') return without(lines, found)
  const line = jobLine(wanted)
  const kept = found.find(({ job }) => job !== undefined)
  if (kept?.job !== undefined)
    return without(
      lines.with(kept.job, line),
      found.filter((one) => one !== kept),
    )
  const rest = without(lines, found)
  const same = rest.findIndex((one, i) => one === line && !MARK.test(rest[i - 1] ?? ''))
  const mark = `#run-playbook: ${wanted.name}`
  return same < 0 ? [...rest, mark, line] : rest.toSpliced(same, 0, mark)
}

function without(lines: readonly string[], found: readonly Found[]): readonly string[] {
  const gone = new Set(found.flatMap(({ mark, job }) => (job === undefined ? [mark] : [mark, job])))
  return lines.filter((_, i) => !gone.has(i))
}

function jobLine(wanted: CronArgs): string {
  const { minute = '*', hour = '*', day = '*', month = '*', weekday = '*', specialTime, user } = wanted
  const time = specialTime === undefined ? [minute, hour, day, month, weekday] : [`@${specialTime}`]
  const words = [...time, ...(wanted.cronFile === undefined ? [] : [user]), wanted.job]
  return `${wanted.disabled === true ? '#' : ''}${words.join(' ')}`
}

function editVariable(lines: readonly string[], wanted: CronArgs): readonly string[] {
  const { name, value = '', insertAfter, insertBefore } = wanted
  const sets = (line: string, one: string): boolean => VARIABLE.exec(line)?.[2] === one
  if (wanted.state === 'absent') return lines.filter((line) => !sets(line, name))
  const mark = value.includes('"') ? "'" : '"'
  const line = `${name}=${mark}${value}${mark}`
  if (lines.some((one) => sets(one, name))) return lines.map((one) => (sets(one, name) ? line : one))
  const other = insertAfter ?? insertBefore
  if (other === undefined) return [line, ...lines]
  const at = lines.findIndex((one) => sets(one, other))
  if (at < 0)
    throw new UserError('E_NO_VARIABLE', `the crontab has no variable ${other}`, {
      hint: `Set it in an earlier task, or leave ${insertAfter === undefined ? 'insertBefore' : 'insertAfter'} out.`,
    })
  return lines.toSpliced(insertAfter === undefined ? at : at + 1, 0, line)
}
