// What test/support/s3-server.ts uses of the package, which comes without types.
declare module 's3rver' {
  import type { Server } from 'node:https'
  interface Listed {
    readonly objects: readonly { readonly key: string }[]
    readonly commonPrefixes: readonly string[]
    readonly isTruncated: boolean
  }
  interface Options {
    readonly delimiter?: string
    readonly prefix?: string
    readonly startAfter?: string
    readonly maxKeys?: number
  }
  export default class S3rver {
    constructor(options: {
      readonly address: string
      readonly port: number
      readonly silent: boolean
      readonly directory: string
      readonly vhostBuckets: boolean
      readonly key: Buffer
      readonly cert: Buffer
      readonly configureBuckets: readonly { readonly name: string; readonly configs: readonly string[] }[]
    })
    readonly httpServer: Server
    readonly store: { listObjects: (bucket: string, options: Options) => Promise<Listed> }
    run(): Promise<{ readonly port: number }>
    close(): Promise<void>
  }
}

declare module 's3rver/lib/models/account.js' {
  export const DUMMY_ACCOUNT: {
    createKeyPair(accessKey: string, secretKey: string): void
    revokeAccessKey(accessKey: string): void
  }
}
