import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { consumer, pack } from '../test/package/support/consumer.ts'
import { LAB_PROGRAMS, measureLab } from './measure/lab.ts'
import { median } from './measure/results.ts'

// usage: npm run bench:site [-- TIMES]   (in the lab of `npm run lab`, once it is there; five times by default)
// How long `site` takes on a cluster where nothing has to change, and its dry run, beside `ssh host true` and the floor on the same nodes.
const [times = '5'] = process.argv.slice(2)
const sshConfig = resolve('.lab/ssh_config')
if (!existsSync(sshConfig)) throw new Error(`there is no ${sshConfig}: run npm run lab first`)

// As somebody has it who installed the package: in a checkout the playbooks are compiled when they are loaded.
const packed = pack()
const project = consumer(packed)
try {
  project.write('inventory.ts', readFileSync('inventory.ts', 'utf8'))
  const bin = join(project.folder, 'node_modules/run-playbook/bin/run-playbook.js')
  const site = [process.execPath, bin, 'site', '--ssh-config', sshConfig]
  const rows = await measureLab({ sshConfig, folder: project.folder, site, times: Number(times) })
  const floor = median(rows[LAB_PROGRAMS.floor]?.wallS ?? [])
  console.log('| | median | / floor | processor time |\n|---|---|---|---|')
  for (const [name, { wallS, cpuS }] of Object.entries(rows)) {
    const took = median(wallS)
    console.log(
      `| ${name} | ${took.toFixed(2)} s | ${(took / floor).toFixed(1)}× | ${median(cpuS).toFixed(2)} s |`,
    )
  }
  mkdirSync('bench/results', { recursive: true })
  const results = { at: new Date().toISOString(), rows }
  writeFileSync('bench/results/site.json', `${JSON.stringify(results, null, 1)}\n`)
} finally {
  project.remove()
  packed.remove()
}
