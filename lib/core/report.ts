/**
 * What a playbook says when it is over: for people as parts to look at, for programs as data. How it looks – colours,
 * widths, a narrow terminal – is the reporters' affair.
 */
export interface Report {
  /** One below the other, with a blank line between. */
  readonly parts: readonly ReportPart[]
  /** For programs, with `--output json`: `{"type":"report","data":…}`. */
  readonly data: Readonly<Record<string, unknown>>
  /** Something in it needs somebody at once: with `--detailed-exitcode` the exit status is 3. @default false */
  readonly critical?: boolean | undefined
}

export type ReportPart = ReportTable | ReportLines

export interface ReportTable {
  readonly kind: 'table'
  readonly columns: readonly ReportColumn[]
  /** A cell a column. A column without any text is left out. */
  readonly rows: readonly (readonly ReportCell[])[]
}

export interface ReportColumn {
  readonly name: string
  /** @default left */
  readonly align?: 'left' | 'right' | undefined
  /** Only shown where there is room for it; the last of them goes first. @default false */
  readonly optional?: boolean | undefined
}

export interface ReportLines {
  readonly kind: 'lines'
  readonly lines: readonly { readonly label?: ReportCell | undefined; readonly text: ReportCell }[]
}

/** One line of text. What a host said may be in it as it came: reporters make it harmless. */
export type ReportCell = string | { readonly text: string; readonly tone?: ReportTone | undefined }

export type ReportTone = 'good' | 'warning' | 'bad' | 'dim' | 'strong'
