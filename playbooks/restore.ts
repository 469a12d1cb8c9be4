import { definePlaybook } from 'run-playbook'
import { nodeFact, restoreFact, restoreVars } from 'run-playbook/cluster'
import { restoring } from './plays/restore.ts'

// Of the run: what is asked about is what is done.
const now = new Date()

export default definePlaybook({
  description: 'a copy of the cluster as it was, or with -e in-place=yes the cluster itself',
  vars: restoreVars,
  facts: { node: nodeFact, restore: restoreFact },
  prepare: (context) => restoring(context, now).prepare(),
  plays: (context) => restoring(context, now).plays(),
  confirm: (context) => restoring(context, now).confirm(),
  closing: (context) => restoring(context, now).closing(),
})
