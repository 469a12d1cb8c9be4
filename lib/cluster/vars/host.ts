import { z } from 'zod'
import type { Host } from '../../playbook/inventory.ts'
import { UserError } from '../../core/errors.ts'
import { refuseOverlap } from './host-folders.ts'
import { type NodeVars, nodeVars } from './node.ts'

// An inventory may have vars of its own besides.
const lenient = z.object(nodeVars.shape)

const known = new WeakMap<Host, NodeVars>()

/**
 * The vars of a node, whoever wrote the inventory, with defaults filled in.
 * @throws UserError E_BAD_VARS for a value of the wrong type, E_FOLDERS for folders in one another
 */
export function hostVarsOf(host: Host): NodeVars {
  const before = known.get(host)
  if (before !== undefined) return before
  const { data, error } = lenient.safeParse(host.vars)
  if (data === undefined)
    throw new UserError('E_BAD_VARS', `the vars of ${host.name}: ${z.prettifyError(error)}`)
  refuseOverlap(host.name, data)
  known.set(host, data)
  return data
}
