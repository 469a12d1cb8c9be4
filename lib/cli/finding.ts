/** What `lint` finds: something wrong, or something that could not be looked at. */
export interface Finding {
  readonly level: 'error' | 'note'
  /** `playbooks/site.ts`, with a line where it is known. */
  readonly file: string
  readonly code: string
  readonly message: string
  readonly hint?: string | undefined
}
