import { z } from 'run-playbook'

const onOff = z.enum(['on', 'off'])
const path = z.string().startsWith('/')
const text = z.string()

const vhost = z.strictObject({
  /** Names of the server, with spaces between them. The file has the first of them unless `filename` is given. */
  serverName: text.optional(),
  filename: z
    .string()
    .regex(/^[\w.-]+$/)
    .optional(),
  /** Port, or address and port, with options such as `443 ssl`. */
  listen: text.default('80'),
  root: path.optional(),
  index: text.default('index.html index.htm'),
  /** Names that are sent on to the first of `serverName`. */
  serverNameRedirect: text.optional(),
  errorPage: text.optional(),
  accessLog: text.optional(),
  errorLog: text.optional(),
  returns: text.optional(),
  /** Further lines of the server, as they are. */
  extraParameters: text.optional(),
  /** A template instead of the one of the role. */
  template: z.instanceof(URL).optional(),
  state: z.enum(['present', 'absent']).default('present'),
})

/** What the role can be told. Each default is the one of geerlingguy.nginx. */
export const vars = z.strictObject({
  packageName: text.default('nginx'),
  /** The repository of nginx.org, or a mirror of it, instead of Debian's packages, with the key that signs it, ASCII armoured. */
  repository: z
    .strictObject({ url: z.url().default('https://nginx.org/packages/debian'), key: text })
    .optional(),
  /** The release of Debian from which the packages come, such as `bookworm-backports`. */
  defaultRelease: z
    .string()
    .regex(/^[\w-]+$/)
    .optional(),
  serviceState: z.enum(['started', 'stopped']).default('started'),
  serviceEnabled: z.boolean().default(true),
  user: text.default('www-data'),
  /** `auto`: one for each processor. */
  workerProcesses: z.union([z.int().min(1), z.literal('auto')]).default('auto'),
  workerConnections: z.int().default(1024),
  multiAccept: onOff.default('off'),
  errorLog: text.default('/var/log/nginx/error.log warn'),
  accessLog: text.default('/var/log/nginx/access.log main buffer=16k flush=2m'),
  logFormat: text.default(
    `'$remote_addr - $remote_user [$time_local] "$request" '\n'$status $body_bytes_sent "$http_referer" '\n'"$http_user_agent" "$http_x_forwarded_for"'`,
  ),
  sendfile: onOff.default('on'),
  tcpNopush: onOff.default('on'),
  tcpNodelay: onOff.default('on'),
  keepaliveTimeout: text.default('75'),
  keepaliveRequests: z.int().default(600),
  serverTokens: onOff.default('on'),
  clientMaxBodySize: text.default('64m'),
  serverNamesHashBucketSize: z.int().default(64),
  proxyCachePath: text.default(''),
  /** Further lines of the main context, and of `http`, as they are. */
  extraConfOptions: text.default(''),
  extraHttpOptions: text.default(''),
  /** A template instead of the one of the role. */
  confTemplate: z.instanceof(URL).optional(),
  removeDefaultVhost: z.boolean().default(false),
  listenIpv6: z.boolean().default(true),
  vhosts: z
    .array(
      vhost.refine((one) => (one.serverName ?? one.filename) !== undefined, 'needs serverName or filename'),
    )
    .default([]),
  upstreams: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[\w.-]+$/),
        /** `ip_hash`, `least_conn` and the like. */
        strategy: text.optional(),
        keepalive: z.int().optional(),
        servers: z.array(text).min(1),
      }),
    )
    .default([]),
})

export type Vars = z.output<typeof vars>
export type Vhost = Vars['vhosts'][number]
