import { type ArgsOf, ask, defineModule, differences, paths, predict, readerOfOne, sh, z } from 'run-playbook'

const args = {
  /** Absolute path of the file. Its folder must exist. */
  path: z.string(),
  /** The only line of the file. */
  text: z.string(),
}

export interface LineArgs extends ArgsOf<typeof args> {}

/** Reads the first line of a file; empty where there is no file. */
const firstLine = readerOfOne({
  name: 'first line',
  ask: (path) => sh`if [ -e ${path} ]; then head -n 1 ${path}; fi`,
  parse: ({ stdout }) => stdout.toString().trimEnd(),
  sees: (path) => [paths.at(path)],
})

/** A file that holds one line. */
export const line = defineModule<LineArgs, LineArgs, string>({
  name: 'line',
  args: z.strictObject(args),
  probe: ({ path }) => ask(firstLine, path),
  plan: ({ path, text }, now) => ({
    changes: differences({ text }, { text: now }),
    leaves: [predict(firstLine, path, text)],
  }),
  apply: ({ path, text }) => [{ script: sh`cat > ${path}`, stdin: `${text}\n` }],
  touches: ({ path }) => [paths.at(path)],
})
