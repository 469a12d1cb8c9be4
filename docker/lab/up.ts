import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { labOptions } from './arguments.ts'
import { startLab, type Lab } from './lab.ts'
import { runVisibly } from './run.ts'
import { sayAloud } from './step.ts'

const root = join(import.meta.dirname, '../..')

/** The lab, and the cluster on it. Gives back the exit status. */
async function up(): Promise<number> {
  // --bare: the nodes as they are delivered, without the cluster.
  const { values } = parseArgs({ options: { ...labOptions, bare: { type: 'boolean' } } })
  const lab = await startLab({ dir: values.dir, name: values.name, say: sayAloud })
  if (!values.bare) {
    const status = await playbook(lab, 'site')
    if (status !== 0) {
      console.error(
        `error: run-playbook site ended with status ${status}; the nodes are up. See above, then: npm run lab`,
      )
      return status
    }
    if (existsSync(join(root, 'playbooks/status.ts'))) await playbook(lab, 'status')
  }
  console.log(whereToLook(lab))
  return 0
}

function playbook(lab: Lab, which: string): Promise<number> {
  const program = [process.execPath, join(root, 'bin/run-playbook.js')]
  return runVisibly([
    ...program,
    which,
    '--inventory',
    join(root, 'inventory.ts'),
    '--ssh-config',
    lab.sshConfig,
  ])
}

function whereToLook(lab: Lab): string {
  const config = relative(process.cwd(), lab.sshConfig)
  const password = relative(process.cwd(), join(lab.dir, 'operator-password'))
  return `
The lab is up: ${lab.nodes.map((node) => node.name).join(', ')}

  ssh -F ${config} node-a
      a node, as root; operator@node-a has to use sudo, with the password in ${password}
  ssh -t -F ${config} node-a docker exec -it -u postgres postgres psql
      the database on it
  npx run-playbook status --ssh-config ${config}
      how the cluster is
  npm run lab:down
      removes every trace
`
}

try {
  process.exitCode = await up()
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
