import { definePlaybook } from 'run-playbook'
import { adopt, adoptReport, adoptVars, foundSecrets, livingFact, nodeFact } from 'run-playbook/cluster'

export default definePlaybook({
  description: 'writes an inventory from a living cluster, and takes its passwords and keys; changes no node',
  vars: adoptVars,
  facts: { node: nodeFact, found: foundSecrets, living: livingFact },
  // There is nothing to do on a node.
  plays: (context) => {
    adopt(context)
    return []
  },
  report: adoptReport,
})
