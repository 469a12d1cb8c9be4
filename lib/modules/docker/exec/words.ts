import type { DockerExecArgs } from './args.ts'

/** What comes after `docker exec`. A secret is named alone: docker takes its value from its own environment. */
export function execWords(
  { container, argv, user, workdir, env = {}, stdin }: DockerExecArgs,
  { input }: { readonly input: boolean },
): string[] {
  return [
    ...(input && stdin !== undefined ? ['--interactive'] : []),
    ...(user === undefined ? [] : ['--user', user]),
    ...(workdir === undefined ? [] : ['--workdir', workdir]),
    ...Object.entries(env).flatMap(([name, value]) => {
      if (typeof value === 'string') return ['--env', `${name}=${value}`]
      return input ? ['--env', name] : []
    }),
    container,
    ...argv,
  ]
}

/** The secrets of `env`, which the command gets on standard input. */
export const secretEnv = ({ env = {} }: DockerExecArgs): NonNullable<DockerExecArgs['env']> =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => typeof value !== 'string'))
