import { type Resource, paths } from '../../../core/resource.ts'

/** What the tools for accounts write beside /etc/passwd and /etc/group. */
export const SHADOW_FILES: readonly Resource[] = [
  ...['shadow', 'gshadow', 'subuid', 'subgid'].map((name) => `/etc/${name}`),
  ...['passwd', 'group', 'shadow', 'gshadow', 'subuid', 'subgid'].map((name) => `/etc/${name}-`),
  '/etc/.pwd.lock',
].map(paths.at)
