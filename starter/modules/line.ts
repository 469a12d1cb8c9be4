import {
  absolutePath,
  ask,
  defineModule,
  differences,
  fileReaders,
  paths,
  predict,
  replaceFile,
  z,
} from 'run-playbook'

/** A file that holds one line. Its folder must exist. */
export const line = defineModule({
  name: 'line',
  args: z.strictObject({ path: absolutePath, text: z.string() }),
  probe: ({ path }) => ask(fileReaders.text, path),
  plan: ({ path, text }, now) => ({
    changes: differences({ text: `${text}\n` }, { text: now }),
    leaves: [predict(fileReaders.text, path, `${text}\n`)],
  }),
  apply: ({ path, text }) => [replaceFile(path, `${text}\n`)],
  touches: ({ path }) => [paths.at(path)],
})
