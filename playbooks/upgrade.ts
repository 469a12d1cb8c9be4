import { definePlaybook } from 'run-playbook'
import { nodeFact, upgradeFact, upgradeVars } from 'run-playbook/cluster'
import { upgrading } from './plays/upgrade.ts'

export default definePlaybook({
  description: 'rehearses the upgrade to another major version of PostgreSQL: -e to=17 -e rehearse=yes',
  vars: upgradeVars,
  facts: { node: nodeFact, upgrade: upgradeFact },
  plays: (context) => upgrading(context).plays(),
  closing: (context) => upgrading(context).closing(),
})
