import assert from 'node:assert/strict'
import { onNode } from './support.ts'

/**
 * How far a service could go that was taken over, by the points of `systemd-analyze security`, from 0 to 10: under 4 for each of ours.
 * A service without any sandbox has 9.6.
 */
export async function assertSandboxed(node: string, service: string): Promise<void> {
  const found = await onNode(node, `systemd-analyze security --no-pager ${service} | tail -n 1`)
  const [, points] = /Overall exposure level for \S+: ([\d.]+)/.exec(found) ?? []
  assert.ok(Number(points) < 4, `${node}: ${found}`)
}
