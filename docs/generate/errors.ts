import { errorCodes } from '../../lib/core/error-codes.ts'

const HEAD = `# Errors

An error prints what happened, where it was declared and what to do next. Each has a code, which does not change, so you can search
for it and compare it in programs. The code is printed last, and is \`error.code\` in \`--output json\`.

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
