import { definePlaybook } from 'run-playbook'
import { clusterWish, nodeFact, settled } from 'run-playbook/cluster'
import { siteClosing, siteQuestion } from './plays/site-words.ts'
import { beforeSwitchover, sitePlays } from './plays/site.ts'

export default definePlaybook({
  description: 'the whole PostgreSQL cluster, from bare nodes or any half-done state',
  vars: clusterWish,
  facts: { node: nodeFact },
  prepare: (context) => beforeSwitchover(settled(context)),
  plays: (context) => sitePlays(settled(context)),
  confirm: (context) => siteQuestion(settled(context)),
  closing: (context) => siteClosing(settled(context)),
})
