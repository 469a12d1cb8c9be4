/** What a shell would expand in a path. A path of a task is taken as it is written: such a name is hardly ever there. */
const PATTERN = /[*?]|\[.*\]|\$[\w({]|`/

/** Of that, what stands for several files. */
const WILDCARD = /[*?]|\[.*\]/

export const looksLikePattern = (path: string): boolean => PATTERN.test(path)

export const hasWildcard = (path: string): boolean => WILDCARD.test(path)
