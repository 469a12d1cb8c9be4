export { type ChrootOptions, chroot } from './chroot.ts'
export { type DockerExecOptions, dockerExec } from './docker-exec.ts'
export { local } from './local.ts'
export { type SshOptions, ssh } from './ssh.ts'
