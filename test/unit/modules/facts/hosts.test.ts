import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { hostname, release, totalmem } from 'node:os'
import { facts } from '../../../../lib/modules/index.ts'
import type { Task } from '../../../../lib/core/task.ts'
import { SHELLS, observe } from '../driver.ts'

const ask = <State>(shell: readonly string[], { module, args }: Task<State>): Promise<State> =>
  observe(shell, module.probe(args)) as Promise<State>

const print = (command: string): string => execFileSync('sh', ['-c', command], { encoding: 'utf8' }).trim()

for (const [name, shell] of Object.entries(SHELLS)) {
  describe(`facts of this machine, asked by ${name}`, () => {
    it('os', async () => {
      const os = await ask(shell, facts.os('os'))
      assert.equal(os.id, print('. /etc/os-release; echo $ID'))
      assert.equal(os.version, print('. /etc/os-release; echo ${VERSION_ID:-}'))
      assert.equal(os.name, print('. /etc/os-release; echo $PRETTY_NAME'))
      assert.equal(os.kernel, release())
      assert.equal(os.hostname, hostname())
      assert.notEqual(os.init, '')
    })

    it('memory', async () => {
      const memory = await ask(shell, facts.memory('memory'))
      assert.ok(Math.abs(memory.total - totalmem()) <= 1024)
      assert.ok(memory.available > 0 && memory.available <= memory.total)
      assert.ok(memory.swapFree <= memory.swapTotal)
    })

    it('disks', async () => {
      const disks = await ask(shell, facts.disks('disks'))
      const root = disks.find(({ path }) => path === '/')
      const [block = 0, total = 0] = print("stat -f -c '%S %b' /").split(' ').map(Number)
      assert.equal(root?.size, block * total)
      assert.ok((root?.available ?? -1) >= 0 && (root?.inodes ?? 0) >= (root?.inodesFree ?? 1))
      assert.ok(root?.options.includes('rw'))
      assert.ok(!disks.some(({ filesystem }) => ['proc', 'sysfs', 'cgroup2'].includes(filesystem)))
    })

    it('network', async () => {
      const network = await ask(shell, facts.network('network'))
      const lo = network.interfaces.find(({ name }) => name === 'lo')
      assert.ok(lo?.addresses.some(({ address, prefix }) => address === '127.0.0.1' && prefix === 8))
      assert.equal(lo?.mtu, 65536)
      const [, gateway, device] = /^default via (\S+) dev (\S+)/.exec(print('ip -4 route show default')) ?? []
      if (device !== undefined) assert.deepEqual(network.ipv4, { interface: device, gateway })
      for (const one of network.dns) assert.match(one, /^[\da-f.:]+$/)
    })

    it('services: none where there is no systemd', async function () {
      if (print('[ -d /run/systemd/system ] && echo yes || echo no') === 'yes') this.skip()
      assert.deepEqual(await ask(shell, facts.services('services')), [])
    })
  })
}

describe('facts of this machine', () => {
  it('packages of dpkg, without those of which only the configuration is left', async function () {
    if (print('command -v dpkg-query || echo no') === 'no') this.skip()
    const packages = await ask(SHELLS['dash'] ?? [], facts.packages('packages'))
    const wanted = print("dpkg-query -W -f '${db:Status-Abbrev}|${Package} ${Version} ${Architecture}\\n'")
      .split('\n')
      .flatMap((line) => (/^.i/.test(line) ? [line.split('|')[1]] : []))
    assert.deepEqual(
      packages.map(({ name, version, architecture }) => `${name} ${version} ${architecture}`),
      wanted,
    )
  })

  it('network: the same without ip, from /proc and /sys alone', async () => {
    const [dash = 'dash'] = SHELLS['dash'] ?? []
    const task = facts.network('network')
    const [question] = task.module.probe(task.args).questions
    const script = (question?.reader.ask(['']) ?? '').replace('command -v ip ', 'false ')
    const without = execFileSync(dash, ['-c', script])
    const reply = { code: 0, stdout: without, stderr: Buffer.alloc(0) }
    const [found] = question?.reader.parse(reply, ['']) ?? []
    const sorted = (network: Awaited<ReturnType<typeof ask<NonNullable<(typeof task)['state']>>>>) =>
      network.interfaces.map((one) => [
        one.name,
        one.addresses.map(({ address, prefix }) => `${address}/${prefix}`).toSorted(),
      ])
    assert.match(without.toString(), /^trie local$/m)
    assert.deepEqual(sorted(found as NonNullable<(typeof task)['state']>), sorted(await ask([dash], task)))
  })
})
