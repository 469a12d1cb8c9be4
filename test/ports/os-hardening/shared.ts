/** A template of this role. */
export const templateFile = (name: string): URL => new URL(`templates/${name}`, import.meta.url)

/** What most files of the system belong to. */
export const ROOT = { owner: 'root', group: 'root' } as const

export const MANAGED = '# Managed by run-playbook.\n'

/** The mode without some bits, as four octal digits. */
export const without = (mode: string, bits: number): string =>
  (Number.parseInt(mode, 8) & ~bits).toString(8).padStart(4, '0')
