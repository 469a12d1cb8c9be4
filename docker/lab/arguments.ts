/** For parseArgs. A second lab beside the first one needs both; most people need neither. */
export const labOptions = {
  dir: { type: 'string', default: '.lab' },
  name: { type: 'string', default: 'lab' },
} as const
