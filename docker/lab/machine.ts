import { homedir } from 'node:os'
import { join } from 'node:path'

// What all labs of a machine share, so that the second lab (the tests', say) starts without building anything.
export const isRoot = process.getuid?.() === 0
export const machineDir = isRoot ? '/var/lib/run-playbook-lab' : join(homedir(), '.cache/run-playbook-lab')
export const runDir = isRoot ? '/run/run-playbook-lab' : machineDir

export const dataRoot = join(machineDir, 'docker')
export const imageCache = join(machineDir, 'images')
export const privateSocket = join(runDir, 'docker.sock')
export const privatePidFile = join(runDir, 'docker.pid')
export const privateLog = join(machineDir, 'dockerd.log')
