import assert from 'node:assert/strict'
import { dockerPackagesOf } from '../../../lib/cluster/docker-packages.ts'
import { parseDistribution } from '../../../lib/cluster/facts/distribution.ts'
import { a, bare } from './nodes.ts'

describe('the packages that bring Docker', () => {
  const packagesOn = (distribution: string, wanted?: string[], more = {}) => {
    const fact = { ...bare, hasDocker: false, ...more }
    return dockerPackagesOf(
      a,
      { ...fact, ...parseDistribution(new Map([['distribution', distribution]])) },
      wanted,
    )
  }

  it('are those of the distribution: since Debian 13 the client is one of its own', () => {
    assert.deepEqual(packagesOn('debian;12;'), ['docker.io'])
    assert.deepEqual(packagesOn('debian;13;'), ['docker.io', 'docker-cli'])
    assert.deepEqual(packagesOn('debian;;'), ['docker.io', 'docker-cli'], 'testing and unstable')
    assert.deepEqual(packagesOn('ubuntu;24.04;debian'), ['docker.io'])
    assert.deepEqual(packagesOn('linuxmint;22;ubuntu debian'), ['docker.io'])
  })

  it('are what the operator says, and none where Docker is there or nobody asked', () => {
    assert.deepEqual(packagesOn('debian;13;', ['docker-ce', 'docker-ce-cli']), ['docker-ce', 'docker-ce-cli'])
    assert.deepEqual(packagesOn('fedora;42;', ['moby-engine']), ['moby-engine'])
    assert.deepEqual(packagesOn('debian;13;', undefined, { hasDocker: true }), [])
    assert.deepEqual(packagesOn('', undefined, { reached: false }), [])
  })

  it('have to be named where they are not known', () => {
    for (const other of ['fedora;42;', 'alpine;3.22.1;', ''])
      assert.throws(() => packagesOn(other), {
        code: 'E_NO_DOCKER',
        message: /node-a has no Docker, and run-playbook does not know the names of its packages on/,
        hint: /dockerPackages/,
      })
  })
})
