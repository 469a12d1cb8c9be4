import { type TestCluster, type TestNode, startCluster } from './cluster.ts'

let starting: Promise<TestCluster> | undefined

/** One healthy pair of primary and replica for all files that only look. Call it in `before`, with time to spare. */
export async function sharedPair(): Promise<readonly [TestNode, TestNode]> {
  starting ??= startCluster(2)
  return (await starting).nodes as unknown as readonly [TestNode, TestNode]
}

after(async () => (await starting)?.remove())
