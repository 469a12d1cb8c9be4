import assert from 'node:assert/strict'
import { compileTemplate } from '../../../lib/templates/index.ts'

describe('a block of a template that is not closed', () => {
  const CASES: Readonly<Record<string, readonly [text: string, message: string, hint: string]>> = {
    'is named with the line where it begins': [
      'a\n{{#if a}}\n{{#each b}}\n{{/each}}\nend\n',
      'x:2:4: {{#if}} is not closed',
      'Write {{/if}} where it ends.',
    ],
    'is a misspelled one': [
      '{{#iff a}}\n{{/if}}\n',
      'x:1:4: {{#iff}} is closed by {{/if}} on line 2',
      'Did you mean #if?',
    ],
    'is closed by another one': [
      '{{#each a}}\n{{#if b}}{{/each}}\n',
      'x:2:4: {{#if}} is closed by {{/each}} on line 2',
      'Write {{/if}} where it ends.',
    ],
    'was never opened': ['{{/if}}\n', 'x:1:4: {{/if}} closes no block', 'Remove it, or open the block.'],
    'is not one in a comment': [
      '{{!-- {{#each}} --}}{{#if a}}',
      'x:1:24: {{#if}} is not closed',
      'Write {{/if}} where it ends.',
    ],
  }
  for (const [what, [text, message, hint]] of Object.entries(CASES))
    it(what, () =>
      assert.throws(() => compileTemplate({ text, name: 'x' }), { code: 'E_TEMPLATE_SYNTAX', message, hint }),
    )
})
