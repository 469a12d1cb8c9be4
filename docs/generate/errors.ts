import { errorCodes } from '../../lib/core/error-codes.ts'

const HEAD = `# Errors

An error prints what happened, where it was declared, what to do next, and a code. The codes do not change, so you can search
for them and compare them in programs: they are \`error.code\` in \`--output json\`.

This page is generated from \`lib/core/error-codes\` in the repository by \`npm run docs\`.
`

/** docs/errors.md */
export function errorsPage(): string {
  const parts = Object.entries(errorCodes).map(([heading, codes]) => {
    const rows = Object.entries(codes).map(
      ([code, [means, todo]]) => `| \`${code}\` | ${cell(means)} | ${cell(todo)} |`,
    )
    return [
      `## ${heading}`,
      '',
      '| code | what it means | what to do |',
      '| --- | --- | --- |',
      ...rows,
      '',
    ].join('\n')
  })
  return [HEAD, ...parts].join('\n')
}

const cell = (text: string): string => text.replaceAll('|', '\\|')
