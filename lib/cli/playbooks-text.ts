import { playbookFolders, playbookNames } from './project.ts'

/** The playbooks that can be typed, for the help. */
export function playbooksText(): string {
  const shipped = playbookFolders().slice(-1)
  const own = playbookNames(playbookFolders().slice(0, -1))
  const others = playbookNames(shipped).filter((name) => !own.includes(name))
  return [
    ...(own.length === 0 ? [] : [`Playbooks here: ${own.join(', ')}`]),
    ...(others.length === 0
      ? []
      : [`Playbooks of the package: ${others.join(', ')} (for a PostgreSQL cluster)`]),
  ].join('\n')
}
