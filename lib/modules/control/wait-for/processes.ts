/** Which process is meant: by its name, or by its command line. */
export interface Meant {
  readonly name?: string | undefined
  readonly commandLine?: { readonly source: string; readonly flags: string } | undefined
}

/** The kernel keeps so much of a name. */
const NAME = 15

/** What the files `comm` and `cmdline` of all processes hold, after a head line each; and whether one of them is meant. */
export function runsIn(text: string, self: string, { name, commandLine }: Meant): boolean {
  const pattern = commandLine && new RegExp(commandLine.source, commandLine.flags)
  return text.split(/^==> \/proc\/(?=\d+\/(?:comm|cmdline) <==$)/m).some((part) => {
    const [, pid, kind, body = ''] = /^(\d+)\/(comm|cmdline) <==\n([^]*)$/.exec(part) ?? []
    if (pid === undefined || pid === self) return false
    const words = body.replace(/\n+$/, '').split('\0')
    // The one that prints this.
    if (words.slice(0, 4).join(' ') === 'head -v -c 4096' || words[1] === 'head') return false
    if (kind === 'comm') return name !== undefined && body.trim() === name.slice(0, NAME) && !isCut(name)
    const line = words.filter((word, i) => word !== '' || i < words.length - 1).join(' ')
    if (line === '') return false
    if (pattern !== undefined) return pattern.test(line)
    return name !== undefined && (words[0] ?? '').split('/').at(-1) === name
  })
}

/** Of a longer name the kernel says too little. */
const isCut = (name: string): boolean => name.length > NAME
