import { createTask } from '../../../core/create-task.ts'
import { isDeferred } from '../../../core/deferred.ts'
import { UserError } from '../../../core/errors.ts'
import { type Given, type Module, type Plan, type ShellStep, defineModule } from '../../../core/module.ts'
import { type Probe, type Reply, ask, askAll, known, predict } from '../../../core/probe.ts'
import { EVERYTHING } from '../../../core/resource.ts'
import type { Task, TaskOptions } from '../../../core/task.ts'
import { assertTool, noTool } from '../../shared/http/assert-tool.ts'
import { type Downloader, downloader } from '../../shared/http/tool.ts'
import { type Stat, stat } from '../../shared/stat.ts'
import { type UriAnswer, parseAnswer, uriAnswer } from './answer.ts'
import { type UriArgs, type UriValues, args, isReading, isSecretRequest } from './args.ts'
import { askScript, needsCurl, requestConfig, sendScript } from './script.ts'

/** A request, and what came back. */
export interface UriState {
  readonly request: UriRequest
  readonly tool: Downloader
  /** What is at `creates`. */
  readonly created: Stat | undefined
  /** Undefined before the request is sent, where it is not sent to look. */
  readonly answer: UriAnswer | undefined
}

/** What is asked, and what is expected. */
export interface UriRequest {
  readonly method: string
  readonly url: string
  readonly statusCodes: readonly number[]
  readonly contains: string | undefined
  /** Whether what the server says may be shown. */
  readonly secret: boolean
}

const { definition } = defineModule<UriArgs, UriValues, UriState>({
  name: 'uri',
  args,
  ansible: {
    url_username: 'username',
    user: 'username',
    url_password: 'password',
    status_code: 'statusCodes',
    body_format: 'json or form instead of body',
  },
  probe,
  plan,
  apply: (given): ShellStep[] => [
    {
      script: sendScript(given),
      stdin: requestConfig(given),
      output: 'whole',
      timeoutMs: (given.timeout ?? 30) * 25_000,
    },
  ],
  // Nobody knows what a request changes.
  touches: (given) => (isReading(given) ? [] : [EVERYTHING]),
  verify: () => [],
  outcome,
})

/**
 * An HTTP request from the host, with its curl: the answer must have an expected status, and the text that `contains` says. To wait until
 * a service answers, use `retry` of the task. GET and HEAD without headers and a body also go with wget.
 *
 * GET, HEAD and OPTIONS change nothing: they are asked in a dry run too, unless they carry a secret, which only a run sends; and again
 * in a run, after other changes of the host. Any other request is a change in every run, and after it everything may be different
 * unless `touches` of the task says what. Secrets do not show in `ps`.
 *
 * As in Ansible, only GET and HEAD follow redirects. Unlike in Ansible, a POST counts as changed; headers do not go to another server;
 * name and password are sent at once, as with `force_basic_auth`; and there are no `dest`, which is `getUrl`, `src`, and cookies.
 *
 * @results answer.status, answer.headers, answer.content
 *
 * @dryRun GET, HEAD and OPTIONS are sent in a dry run too, and are ok or fail as in a real run; with a secret they are not sent,
 * and are unknown. After an earlier task that would change something, the answer is unknown. Any other request is not sent, and
 * would change; after it everything that later tasks read is unknown, unless the task has `touches`.
 *
 * @throws UserError E_URI, E_NO_DOWNLOADER
 *
 * @example
 * uri('the app is healthy', { url: 'http://127.0.0.1:8080/health', contains: '"status":"ok"' }, { retry: { times: 10 } })
 *
 * @example
 * const token = new Secret('API token', 'from the secret store')
 * const headers = { Authorization: new Secret('API token', `Bearer ${reveal(token)}`) }
 * return uri('deploy', { url: 'https://ci.example.org/api/deploys', method: 'POST', headers, json: { ref: 'main' }, statusCodes: [201] })
 */
export const uri: Module<UriArgs, UriState> = Object.assign(
  (name: string, given: Given<UriArgs>, options: TaskOptions<UriState> = {}): Task<UriState> => {
    // What a request with a secret finds is known only in a run, which a dry run says of a function.
    const reads = isDeferred(given)
      ? ({ state }: { readonly state: UriState }): boolean => !isReading(state.request)
      : isReading(given)
        ? (): boolean => false
        : undefined
    const all = reads === undefined ? options : { changedWhen: reads, ...options }
    return createTask(definition, name, given, all as TaskOptions, uri) as Task<UriState>
  },
  { definition },
)

const isAsked = (given: UriValues): boolean => isReading(given) && !isSecretRequest(given)

function probe(given: UriValues): Probe<UriState> {
  const { method = 'GET', url, statusCodes = [200], contains, creates } = given
  const secret = isSecretRequest(given)
  return askAll<UriState>({
    request: known({ method, url, statusCodes, contains, secret }),
    tool: ask(downloader, ''),
    created: creates === undefined ? known(undefined) : ask(stat, creates),
    answer: isAsked(given) ? ask(uriAnswer, askScript(given)) : known(undefined),
  })
}

function plan(given: UriValues, state: UriState): Plan {
  const { request, tool, created, answer } = state
  if (created !== undefined && created.type !== 'absent')
    return { changes: [], because: `${given.creates} exists` }
  assertTool(given, tool)
  if (tool !== 'curl' && needsCurl(given, tool))
    throw noTool('the host has no curl, and its wget cannot make this request')
  if (answer === undefined)
    return { changes: [{ what: request.method, to: request.url }], leaves: [predict(downloader, '', tool)] }
  judge(request, answer)
  return { changes: [], because: `${request.method} ${request.url}: status ${answer.status}` }
}

function outcome(after: UriState, [reply]: readonly Reply[]): UriState {
  if (reply === undefined) return after
  const answer = parseAnswer(reply)
  judge(after.request, answer)
  return { ...after, answer }
}

/** @throws UserError for another answer than is expected */
function judge({ method, url, statusCodes, contains, secret }: UriRequest, answer: UriAnswer): void {
  const { status, content, error } = answer
  const wrong = (what: string): UserError => {
    const said = secret ? '' : (content ?? '').trim().slice(0, 200)
    return new UserError('E_URI', `${method} ${url}: ${what}${said === '' ? '' : `: ${said}`}`)
  }
  if (status === undefined) throw wrong(error)
  if (!statusCodes.includes(status)) throw wrong(`the status is ${status}, not ${statusCodes.join(' or ')}`)
  if (contains !== undefined && content?.includes(contains) !== true)
    throw wrong(`the answer does not contain ${JSON.stringify(contains)}`)
}
