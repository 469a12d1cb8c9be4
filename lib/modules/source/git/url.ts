/**
 * What is wrong with the address of a repository, or `undefined`. Git runs a program for some of them, such as `ext::sh -c …`, and takes
 * others for options.
 */
export function wrongRepo(text: string): string | undefined {
  // oxlint-disable-next-line no-control-regex
  if (text === '' || /[\0-\x1f\x7f]/.test(text)) return 'must be one line'
  if (/^[\w+.-]+::/.test(text)) return 'names a program that git would run (ext:: and the like)'
  if (text.startsWith('/')) return undefined
  const [, scheme = '', rest = ''] = /^([a-z][a-z+.-]*):\/\/(.*)$/i.exec(text) ?? []
  if (scheme !== '') return wrongUrl(text, scheme.toLowerCase(), rest)
  const [, host = '', path = ''] = /^((?:[\w.-]+@)?(?:[\w.-]+|\[[\da-f:.]+\])):([^:].*)$/i.exec(text) ?? []
  if (host === '' || host.startsWith('-') || path.startsWith('-'))
    return 'must be a URL, user@host:path, or an absolute path on the host'
  return undefined
}

function wrongUrl(text: string, scheme: string, rest: string): string | undefined {
  if (!['https', 'http', 'ssh', 'git', 'file'].includes(scheme))
    return 'must be an https, http, ssh, git or file URL, user@host:path, or an absolute path on the host'
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || rest.startsWith('-') || url.hostname.startsWith('-')) return 'is not a valid URL'
  if (url.password !== '' || (url.username !== '' && scheme !== 'ssh'))
    return 'must not contain a name and a password, which everybody sees in ps: see credentialsFile'
  if (scheme === 'file' && url.hostname !== '') return 'must be an absolute path after file://'
  return undefined
}

/** Whether it is a name that git accepts for a branch or tag, and never takes for an option. */
export const isRefName = (name: string): boolean =>
  // oxlint-disable-next-line no-control-regex
  name.length <= 250 && !/^[-/.]|[\0-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\/\.|\.lock(\/|$)|[/.]$|^@$/.test(name)

/** Whether it says what to fetch, and where to, as git fetch takes it: names in full, with at most one `*` on each side. */
export function isRefspec(text: string): boolean {
  const [from = '', to, ...more] = text.replace(/^\+/, '').split(':')
  const names = to === undefined ? [from] : [from, to]
  const stars = (name: string): number => name.split('*').length - 1
  return (
    more.length === 0 &&
    names.every((name) => stars(name) <= 1 && stars(name) === stars(from)) &&
    names.every((name) => isRefName(name.replace('*', 'x')) && (name.startsWith('refs/') || name === from)) &&
    (to !== undefined || stars(from) === 0)
  )
}

/** A full id of a commit, of SHA-1 or SHA-256. */
export const isCommit = (text: string): boolean => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text)

/** Names and passwords in URLs, taken out. */
export const withoutPasswords = (text: string): string => text.replace(/\/\/[^/@\s]*@/g, '//')
