/** What an error means, and what to do about it: one sentence or two each. */
export type ErrorCode = readonly [means: string, todo: string]

export type ErrorCodes = Readonly<Record<string, ErrorCode>>
