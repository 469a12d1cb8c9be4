/** A template of this role. */
export const templateFile = (name: string): URL => new URL(`templates/${name}`, import.meta.url)

/** What most files of the system belong to. */
export const ROOT = { owner: 'root', group: 'root' } as const

export const yesNo = (on: boolean): 'yes' | 'no' => (on ? 'yes' : 'no')
