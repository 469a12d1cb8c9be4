import { z } from 'zod'
import { parseAsks } from '../facts/server.ts'

const containerSchema = z.object({ Status: z.string(), ExitCode: z.number(), Error: z.string() })

/** A container as Docker describes its state. */
export type ContainerState = z.output<typeof containerSchema>

/** What a node printed, sorted but not judged. */
export interface Answer {
  /** Facts of one line, by their first word. */
  readonly facts: ReadonlyMap<string, string>
  readonly containers: ReadonlyMap<string, ContainerState>
  /** What `repository` said of the archive. */
  readonly repository: string
  /** What the data ask of a standby, by setting. */
  readonly asks: Readonly<Record<string, number>>
  /** Everything else: what psql complained about. */
  readonly complaints: string
}

const WORDS =
  /^(disk|systemId|state|checkpoint|timeline|walTimeline|history|fence|rejoining|upgrade|upgrade\.\w+|repository\.json|backup\.json|drill\.json|tls\.json|object-store\.json|pooler\.json|folders|space|certificate|docker|words|ended|fatal|pgbackrest|facts|slow|info|clock) (.*)$/

/** Reads what the script printed. Nothing that a node says can make it fail. */
export function readAnswer(text: string): Answer {
  const facts = new Map<string, string>()
  const containers = new Map<string, ContainerState>()
  const repository: string[] = []
  const asks: string[] = []
  const complaints: string[] = []
  for (const line of text.split('\n')) {
    const [, word, rest = ''] = WORDS.exec(line) ?? []
    const [, name = '', json = ''] = /^container ([\w-]+) (.*)$/.exec(line) ?? []
    if (word !== undefined) facts.set(word, rest.trim())
    else if (line.startsWith('repo ')) repository.push(line.slice(5))
    else if (line.startsWith('asks ')) asks.push(line)
    else if (name !== '') {
      const state = parsed(json, (value) => containerSchema.parse(value))
      if (state !== undefined) containers.set(name, state)
    } else if (line.trim() !== '') complaints.push(line)
  }
  return {
    facts,
    containers,
    repository: repository.join('\n'),
    asks: parseAsks(asks),
    complaints: complaints.join('\n'),
  }
}

/** @returns undefined for what is not there, or is not what it should be */
export function parsedText<Value>(
  text: string | undefined,
  parse: (text: string) => Value,
): Value | undefined {
  if (text === undefined) return undefined
  try {
    return parse(text)
  } catch {
    return undefined
  }
}

/** The same for JSON. */
export const parsed = <Value>(
  json: string | undefined,
  parse: (value: unknown) => Value,
): Value | undefined => parsedText(json, (text) => parse(JSON.parse(text)))
