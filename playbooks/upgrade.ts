import { definePlaybook } from 'run-playbook'
import { nodeFact, upgradeFact, upgradeVars } from 'run-playbook/cluster'
import { upgrading } from './plays/upgrade.ts'

// Of the run: what is asked about is what is done.
const now = new Date()

export default definePlaybook({
  description:
    'upgrades to another major version of PostgreSQL: -e to=17, rehearsed first with -e rehearse=yes',
  vars: upgradeVars,
  facts: { node: nodeFact, upgrade: upgradeFact },
  plays: (context) => upgrading(context, now).plays(),
  confirm: (context) => upgrading(context, now).confirm(),
  closing: (context) => upgrading(context, now).closing(),
})
