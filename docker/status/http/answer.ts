/** What is sent back. */
export interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

export const text = (status: number, body: string, headers?: Answer['headers']): Answer => ({
  status,
  type: 'text/plain; charset=utf-8',
  body: `${body}\n`,
  ...(headers && { headers }),
})

export const json = (status: number, value: unknown): Answer => ({
  status,
  type: 'application/json; charset=utf-8',
  body: `${JSON.stringify(value)}\n`,
})

export const METHODS = ['GET', 'HEAD', 'OPTIONS'] as const

export interface Question {
  readonly method: (typeof METHODS)[number]
  readonly path: string
  readonly query: URLSearchParams
  readonly accept: string
}
