import assert from 'node:assert/strict'
import { clean, cleanBlock } from '../../../lib/reporters/text.ts'
import { ended, failed } from './events.ts'
import { report, terminal } from './terminal.ts'
import { assertWellFormed } from './well-formed.ts'

const BEL = '\x07'
const ST = '\x1b\\'

/** What a host can print that terminals obey, or that shows something else than what it is. */
const HOSTILE: Readonly<Record<string, string>> = {
  'the other screen': '\x1b[?1049h',
  'reports of the mouse': '\x1b[?1003;1006h',
  'the mode of pasting': '\x1b[?2004l',
  'a hidden cursor': '\x1b[?25l',
  'a question for the place of the cursor, which is answered as if typed': '\x1b[6n',
  'a question for the kind of terminal': '\x1b[c',
  'a second one': '\x1b[>0;276;0c',
  'a question for a mode': '\x1b[?1$p',
  'a question for a setting': `\x1bP$q"p${ST}`,
  'a question for the title': '\x1b[21t',
  'a question for a colour': `\x1b]11;?${BEL}`,
  'a smaller window': '\x1b[8;1;1t',
  'a closed window': '\x1b[2t',
  'a cleared screen': '\x1b[2J\x1b[3J\x1b[H',
  'a cleared line': '\x1b[2K\x1b[1G',
  'lines upwards': '\x1b[10A\x1b[10M',
  'a scrolling region': '\x1b[1;1r',
  'letters of another set': '\x1b(0\x0eqqq\x0f',
  'one letter of another set': '\x1bNa\x1bOb',
  'another encoding': '\x1b%@',
  'a soft reset': '\x1b[!p',
  'a test pattern': '\x1b#8',
  'a palette': '\x1b]P0ff0000',
  'another palette': `\x1b]4;1;rgb:00/00/00${ST}`,
  'a folder': `\x1b]7;file:///etc${BEL}`,
  'a notification': `\x1b]9;owned${BEL}\x1b]777;notify;a;b${BEL}`,
  'a file that is saved': `\x1b]1337;File=name=eA==;inline=0:b3duZWQ=${BEL}`,
  'a prompt': `\x1b]133;A${BEL}`,
  'a font': `\x1b]50;x${BEL}`,
  'a picture': `\x1b_Gf=100,a=T;AAAA${ST}`,
  'a word for tmux': `\x1bPtmux;\x1b\x1b]52;c;eA==${BEL}${ST}`,
  'a private message': `\x1b^x${ST}`,
  'a string': `\x1bXx${ST}`,
  'C1 letters for all of them': '\x9b2J\x90x\x9c\x98x\x9c\x9dx\x9c\x9ex\x9c\x9fx\x9c',
  'an end without a beginning': `${ST}\x9c`,
  'a key that is typed': '\x1b[200~rm -rf /\n\x1b[201~',
  'a deleted word': 'refused\x08\x08\x08\x08\x08\x08\x08',
  'a form feed and a vertical tab': 'a\x0cb\x0bc',
  'a bell': BEL.repeat(1000),
  'text from right to left': '\u202egnp.exe\u202c\u2067x\u2069\u061c\u200f',
  'exotic line breaks': 'a\u2028b\u2029c\x85d',
  'a carriage return over the line': 'failed\rok    ',
  'half of a surrogate': 'a\ud800b\udfff',
  'sequences in one another': '\x1b[\x1b[31m31m\x1b]\x1b]0;x\x07',
  'parameters without an end': `\x1b[${';'.repeat(5000)}m`,
  'a document type': '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>&y;',
  'an end of data': ']]><script>alert(1)</script>',
}

/** What the reporter itself writes, which draws its lines anew. */
const OWN = new RegExp(`${String.fromCodePoint(27)}\\[(\\?25[hl]|\\d*[A-KJm]|\\?2026[hl])`, 'g')

describe('what a terminal would obey', () => {
  for (const [what, text] of Object.entries(HOSTILE))
    it(`is not let through: ${what}`, async () => {
      const line = clean(`before ${text} after`)
      assert.doesNotMatch(line, /\p{Cc}|\p{Bidi_Control}|[\u2028\u2029]/u)
      assert.match(line, /^before .*after$/)
      assert.doesNotMatch(cleanBlock(`before ${text} after`), /(?![\t\n])\p{Cc}|\p{Bidi_Control}/u)
      const events = [
        ended({ task: text, host: text, status: 'changed', changes: [{ what: text, from: text, to: text }] }),
        failed({ error: { code: text, message: text, hint: text, output: text } }),
      ]
      const plain = await report(events, { output: 'plain' })
      assert.doesNotMatch(`${plain.stdout}${plain.stderr}`, /(?!\n)\p{Cc}|\p{Bidi_Control}/u)
      const live = await report(events, { stdout: terminal(), stderr: terminal(), env: { NO_COLOR: '1' } })
      const drawn = `${live.stdout}${live.stderr}`.replace(OWN, '')
      assert.doesNotMatch(drawn, /(?![\n\r])\p{Cc}|\p{Bidi_Control}/u)
      const json = await report(events, { output: 'json' })
      assert.doesNotMatch(json.stdout, /(?!\n)\p{Cc}|\p{Bidi_Control}/u)
      for (const one of json.stdout.trimEnd().split('\n')) JSON.parse(one)
      assertWellFormed((await report(events, { output: 'junit' })).stdout)
    })
})
