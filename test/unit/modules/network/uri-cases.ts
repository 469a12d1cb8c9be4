import type { UriArgs } from '../../../../lib/modules/index.ts'

/** What a server is asked, as far as it matters. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly type?: string
  readonly body?: string
}

/** A request to the server of the test, which has a page for each status and more. */
export interface UriCase {
  readonly path: string
  readonly args?: Omit<Partial<UriArgs>, 'url'>
  /** The same for Ansible's module. `differs`: on purpose, and why. */
  readonly ansible?: Readonly<Record<string, unknown>> | { readonly differs: string }
  /** What the server is asked, in order. @default one GET of the path */
  readonly asked?: readonly Asked[]
  /** @default 200 */
  readonly status?: number
  readonly failed?: boolean
  /** The answer, where it is kept. */
  readonly content?: string
  /** Only curl can do it. */
  readonly curl?: true
}

const get = (path: string): Asked => ({ method: 'GET', path })
const JSON_TYPE = 'application/json'
const FORM = 'application/x-www-form-urlencoded'
const POST = { method: 'POST' }

/** Behaviours of Ansible's `uri`, in our words. */
export const CASES: Readonly<Record<string, UriCase>> = {
  'takes a status of 200': { path: '/200' },
  'fails for another status': { path: '/404', status: 404, failed: true },
  'takes a status that is expected': {
    path: '/404',
    status: 404,
    args: { statusCodes: [200, 404] },
    ansible: { status_code: [200, 404] },
  },
  'fails for 200 where another one is expected': {
    path: '/200',
    failed: true,
    args: { statusCodes: [404] },
    ansible: { status_code: [404] },
  },
  'takes an answer without a text': {
    path: '/204',
    status: 204,
    args: { statusCodes: [204] },
    ansible: { status_code: [204] },
  },
  'keeps the text': {
    path: '/text',
    args: { returnContent: true },
    ansible: { return_content: true },
    content: 'grüße\nof the app\n',
  },
  'keeps a text of JSON': {
    path: '/json',
    args: { returnContent: true },
    ansible: { return_content: true },
    content: '{"status": "ok"}',
  },
  'keeps an empty text': {
    path: '/200',
    args: { returnContent: true },
    ansible: { return_content: true },
    content: '',
  },
  'follows a redirect of a GET': { path: '/to/302/text', asked: [get('/to/302/text'), get('/text')] },
  'follows a redirect for good': { path: '/to/301/text', asked: [get('/to/301/text'), get('/text')] },
  'follows several': {
    path: '/to/302/to/307/text',
    asked: [get('/to/302/to/307/text'), get('/to/307/text'), get('/text')],
  },
  'follows none if told so': {
    path: '/to/302/text',
    status: 302,
    args: { followRedirects: false, statusCodes: [302] },
    ansible: { follow_redirects: 'none', status_code: [302] },
  },
  'fails where it follows none': {
    path: '/to/302/text',
    status: 302,
    failed: true,
    args: { followRedirects: false },
    ansible: { follow_redirects: 'none' },
  },
  'asks for the head alone': {
    path: '/text',
    args: { method: 'HEAD' },
    ansible: { method: 'HEAD' },
    asked: [{ method: 'HEAD', path: '/text' }],
  },
  'follows a redirect of a HEAD': {
    path: '/to/302/text',
    args: { method: 'HEAD' },
    ansible: { method: 'HEAD' },
    asked: [
      { method: 'HEAD', path: '/to/302/text' },
      { method: 'HEAD', path: '/text' },
    ],
  },
  'asks what can be done': {
    path: '/200',
    args: { method: 'OPTIONS' },
    ansible: { method: 'OPTIONS' },
    asked: [{ method: 'OPTIONS', path: '/200' }],
    curl: true,
  },
  'sends a body': {
    path: '/200',
    args: { ...POST, body: 'a=1&b="2"\\\n\tx' },
    ansible: { ...POST, body: 'a=1&b="2"\\\n\tx' },
    asked: [{ method: 'POST', path: '/200', type: FORM, body: 'a=1&b="2"\\\n\tx' }],
    curl: true,
  },
  'sends a body that begins as the name of a file': {
    path: '/200',
    args: { ...POST, body: '@/etc/passwd' },
    ansible: { ...POST, body: '@/etc/passwd' },
    asked: [{ method: 'POST', path: '/200', type: FORM, body: '@/etc/passwd' }],
    curl: true,
  },
  'sends JSON': {
    path: '/200',
    args: { ...POST, json: { a: [1, 'ü', null], b: true } },
    ansible: { ...POST, body_format: 'json', body: '{"a":[1,"ü",null],"b":true}' },
    asked: [{ method: 'POST', path: '/200', type: JSON_TYPE, body: '{"a":[1,"ü",null],"b":true}' }],
    curl: true,
  },
  'sends JSON of another type': {
    path: '/200',
    args: { ...POST, json: {}, headers: { 'content-type': 'application/merge-patch+json' } },
    ansible: {
      ...POST,
      body_format: 'json',
      body: '{}',
      headers: { 'content-type': 'application/merge-patch+json' },
    },
    asked: [{ method: 'POST', path: '/200', type: 'application/merge-patch+json', body: '{}' }],
    curl: true,
  },
  'sends a form': {
    path: '/200',
    args: { ...POST, form: { a: 'b c', d: ['&', '='] } },
    ansible: { ...POST, body_format: 'form-urlencoded', body: { a: 'b c', d: ['&', '='] } },
    asked: [{ method: 'POST', path: '/200', type: FORM, body: 'a=b+c&d=%26&d=%3D' }],
    curl: true,
  },
  'puts something': {
    path: '/204',
    status: 204,
    args: { method: 'PUT', json: 1, statusCodes: [204] },
    ansible: { method: 'PUT', body_format: 'json', body: '1', status_code: [204] },
    asked: [{ method: 'PUT', path: '/204', type: JSON_TYPE, body: '1' }],
    curl: true,
  },
  'deletes something': {
    path: '/200',
    args: { method: 'DELETE' },
    ansible: { method: 'DELETE' },
    asked: [{ method: 'DELETE', path: '/200' }],
    curl: true,
  },
  'sends a body with a GET': {
    path: '/200',
    args: { json: {} },
    ansible: { body_format: 'json', body: '{}' },
    asked: [{ method: 'GET', path: '/200', type: JSON_TYPE, body: '{}' }],
    curl: true,
  },
  'does not follow a redirect of a POST': {
    path: '/to/307/text',
    status: 307,
    args: { ...POST, body: 'x', statusCodes: [307] },
    ansible: { ...POST, body: 'x', status_code: [307] },
    asked: [{ method: 'POST', path: '/to/307/text', type: FORM, body: 'x' }],
    curl: true,
  },
  'fails for a redirect of a POST': {
    path: '/to/302/text',
    status: 302,
    failed: true,
    args: POST,
    ansible: { differs: 'Ansible follows it with a GET, and so does not notice that nothing was posted' },
    asked: [{ method: 'POST', path: '/to/302/text' }],
    curl: true,
  },
  'finds a text': {
    path: '/text',
    args: { contains: 'of the app' },
    ansible: { differs: 'Ansible compares the content with failed_when' },
  },
  'does not find a text': {
    path: '/text',
    failed: true,
    args: { contains: 'of another app' },
    ansible: { differs: 'Ansible compares the content with failed_when' },
  },
  'finds a text of two lines': {
    path: '/text',
    args: { contains: 'grüße\nof' },
    ansible: { differs: 'Ansible compares the content with failed_when' },
  },
}
