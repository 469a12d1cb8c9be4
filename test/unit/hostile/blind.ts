/** Errors of a program that did not expect what it got. */
export const BLIND = new Set<unknown>([TypeError, RangeError, ReferenceError])
