import { getUrl } from '../../../../lib/modules/index.ts'
import { install } from '../../../support/install.ts'
import { proveCases } from '../compared.ts'
import { type Web, startWeb } from '../network/web.ts'
import { CASES } from './get-url-cases.ts'

install('/usr/bin/curl', 'curl')

describe('getUrl beside a server', () => {
  let web: Web
  before(async () => {
    web = await startWeb()
  })
  after(() => web?.close())

  proveCases({
    module: 'getUrl',
    task: (name, { dest = 'it', url, ...args }, at) =>
      getUrl(name, { ...args, url: web.address + url, dest: at(dest), useProxy: false }),
    call: ({ dest = 'it', url, ...args }, at) => ({
      module: 'get_url',
      args: { ...args, url: web.address + String(url), dest: at(String(dest)), use_proxy: false },
    }),
    cases: CASES,
  })
})
