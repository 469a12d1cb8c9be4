import { serviceRestart } from 'run-playbook'

/** The same values for the whole role: each runs once, at the end of the play. */
export const handlers = () => ({
  restartSsh: serviceRestart('restart ssh', { name: 'ssh' }),
})

export type Handlers = ReturnType<typeof handlers>
