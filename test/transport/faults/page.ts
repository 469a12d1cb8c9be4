import { format, resolveConfig } from 'prettier'
import { errorCodes } from '../../../lib/core/error-codes.ts'
import type { ErrorCodes } from '../../../lib/core/error-codes/error-code.ts'
import { FAULTS, type Fault } from './faults.ts'

const INTRODUCTION = `# What happens to a run if a host has a fault

Each row describes a host with a fault. A test, \`test/transport/faults.test.ts\`, runs one playbook on all of these hosts and ten healthy
ones. The tasks of the healthy hosts always run to the end, and so do those of the hosts whose outcome is _works_. A run ends with exit
status 2 if a task failed, 4 if a host was unreachable, and 6 if both happened. The codes are explained in [errors.md](errors.md). The test
also writes this page (\`UPDATE_DOCS=1\`).
`

const CODES: ErrorCodes = Object.assign({}, ...Object.values(errorCodes))

const KINDS = ['connecting and logging in', 'the shell', 'the system', 'a hostile host'] as const

export const PAGE = 'docs/faults.md'

/** What is to be in {@link PAGE}. */
export async function faultsPage(): Promise<string> {
  const tables = KINDS.map((kind) => {
    const rows = FAULTS.filter((fault) => fault.kind === kind).map(row)
    return [
      `## ${kind[0]?.toUpperCase()}${kind.slice(1)}`,
      '',
      '| A host that … | outcome | what to do |',
      '| --- | --- | --- |',
      ...rows,
      '',
    ].join('\n')
  })
  const text = [INTRODUCTION, ...tables].join('\n')
  return format(text, { ...(await resolveConfig(PAGE)), parser: 'markdown' })
}

function row({ that, outcome }: Fault): string {
  const [word = '', code] = outcome === 'done' ? ['works'] : outcome.split(' ')
  const known = code === undefined ? undefined : CODES[code]
  const hint = known === undefined ? 'Nothing.' : known[1]
  return `| ${that} | ${code === undefined ? word : `${word}, \`${code}\``} | ${hint} |`
}
