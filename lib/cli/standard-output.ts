/**
 * Keeps standard output for programs: what code of a playbook prints there, with `console.log` for example, goes to
 * standard error from now on.
 * @returns standard output
 */
export function keepStandardOutput(): NodeJS.WriteStream {
  const { stdout, stderr } = process
  Object.defineProperty(process, 'stdout', { configurable: true, enumerable: true, value: stderr })
  return stdout
}
