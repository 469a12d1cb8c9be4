/** The text of /etc/selinux/config with an option. All lines that set it get the value; one is added where none does. */
export function withOption(text: string, name: string, value: string): string {
  const lines = text.split('\n')
  const sets = (line: string): boolean => line.startsWith(`${name}=`)
  const has = (line: string): boolean => line.slice(name.length + 1).trim() === value
  if (lines.some(sets))
    return lines.map((line) => (sets(line) && !has(line) ? `${name}=${value}` : line)).join('\n')
  return `${text === '' || text.endsWith('\n') ? text : `${text}\n`}${name}=${value}\n`
}
