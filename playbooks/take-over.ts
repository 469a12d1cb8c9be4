import { definePlaybook } from 'run-playbook'
import { foundSecrets, takeOver, takeOverReport, takeOverVars } from 'run-playbook/cluster'

export default definePlaybook({
  description: 'takes the passwords and keys that the nodes have into the secrets; changes no node',
  vars: takeOverVars,
  facts: { found: foundSecrets },
  // There is nothing to do on a node; what is taken over is stored as whatever else a run makes.
  plays: (context) => {
    takeOver(context)
    return []
  },
  report: takeOverReport,
})
