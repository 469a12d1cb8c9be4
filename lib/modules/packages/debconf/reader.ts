import { UserError } from '../../../core/errors.ts'
import { type Reader, type Reply, readerOfOne } from '../../../core/probe.ts'
import { type Resource, paths } from '../../../core/resource.ts'
import { sh } from '../../../core/sh.ts'

/** Where debconf keeps the answers. */
export const DATABASE: Resource = paths.below('/var/cache/debconf')

const SEEN = [DATABASE, paths.at('/usr/bin/debconf-show')]

/** What debconf shows in the place of a password. */
export const OMITTED = '(password omitted)'

/** Answers to the questions of a package; undefined where the host has no debconf. */
export type DebconfAnswers = Readonly<Record<string, string>>

/** By the name of the package. */
export const debconfAnswers: Reader<DebconfAnswers | undefined> = readerOfOne<DebconfAnswers | undefined>({
  name: 'debconf',
  ask: (name) => sh`LC_ALL=C DEBIAN_FRONTEND=noninteractive; export LC_ALL DEBIAN_FRONTEND
command -v debconf-show >/dev/null || { echo none; exit 0; }
echo found; debconf-show ${name} </dev/null`,
  parse: (reply) => {
    const [head, ...lines] = linesOf(reply)
    if (head === 'none') return undefined
    const answers = new Map<string, string>()
    for (const line of lines) {
      const [, question, value = ''] = /^[* ] (\S+):(?: (.*))?$/.exec(line) ?? []
      if (question !== undefined) answers.set(question, value)
    }
    return Object.fromEntries(answers)
  },
  sees: () => SEEN,
})

// As debconf-show does it. debconf-communicate would lock the database, which apt needs.
const PROGRAM = `use Debconf::Db; use Debconf::Question;
Debconf::Db->load(readonly => "true");
my $question = Debconf::Question->get($ARGV[0]);
exit 3 unless defined $question;
my $value = $question->value;
print $value if defined $value;`

/** The SHA-256 of the answer to a question, by its name, so that a secret can be compared; undefined where there is no answer. */
export const debconfHash: Reader<string | undefined> = readerOfOne<string | undefined>({
  name: 'debconf secret',
  ask: (question) => sh`LC_ALL=C; export LC_ALL
command -v debconf-show >/dev/null || { echo none; exit 0; }
if said=$(perl -e ${PROGRAM} -- ${question}); then printf %s "$said" | sha256sum
elif [ $? -eq 3 ]; then echo none
else exit 1; fi`,
  parse: (reply) => {
    const [line = ''] = linesOf(reply)
    if (line === 'none') return undefined
    const [, hash] = /^([0-9a-f]{64})\b/.exec(line) ?? []
    if (hash === undefined) throw new Error('the host does not say what the answer is')
    return hash
  },
  sees: () => SEEN,
})

/** @throws UserError where debconf did not answer */
function linesOf({ code, stdout, stderr }: Reply): string[] {
  if (code === 0) return stdout.toString().replace(/\n$/, '').split('\n')
  const why = stderr.toString().trim().split('\n').at(-1) || `exit code ${code}`
  throw new UserError('E_CANNOT_LOOK', `debconf cannot be asked: ${why}`, {
    hint: 'Set become: true for the task. If debconf is locked, wait for apt or dpkg to end: set retry for the task.',
  })
}
