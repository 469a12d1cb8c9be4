/** Milliseconds that a host may take to answer a question. */
export const ASK_TIMEOUT_MS = 60_000
/** Milliseconds that a step may take where neither it nor its task says. */
export const STEP_TIMEOUT_MS = 600_000

/** `within 60 seconds` */
export const within = (ms: number): string => `within ${ms / 1000} seconds`
