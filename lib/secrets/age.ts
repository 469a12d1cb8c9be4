/**
 * Loaded when there is something to decrypt or encrypt, not before: it costs 70 ms, and many a run needs no secret.
 */
export const age = (): Promise<typeof import('age-encryption')> => import('age-encryption')
