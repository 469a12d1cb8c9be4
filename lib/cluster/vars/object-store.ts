import { z } from 'zod'
import { retentionPolicy } from './backup-policy.ts'

/** Where a node keeps a second repository: a bucket that speaks S3. Its credentials are secrets. */
export const objectStoreVars = z.strictObject({
  /** What the store speaks: S3, of Amazon or of another one who offers the same. */
  type: z.literal('s3'),
  /** The name of the bucket, which has to be there. */
  bucket: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]$/, 'must be the name of a bucket'),
  /** The host name of the store, such as `'s3.eu-central-1.amazonaws.com'` or `'minio.example.com:9000'`. TLS is always used. */
  endpoint: z
    .string()
    .regex(
      /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?$/,
      "must be a host name without https://, such as 's3.example.com' or 's3.example.com:9000'",
    ),
  /** As the store names it. Stores that have none take any. @default 'us-east-1' */
  region: z
    .string()
    .regex(/^[\w-]+$/, "must be a region such as 'eu-central-1'")
    .default('us-east-1'),
  /** Folder in the bucket. Each node has a folder of its own below it, with its name in the inventory. @default '/run-playbook' */
  path: z
    .string()
    .regex(/^(\/[\w.-]+)+$/, "must be a path such as '/backups/shop'")
    .refine((path) => !/\/\.{1,2}(\/|$)/.test(path), 'must not have . or .. in it')
    .default('/run-playbook'),
  /**
   * How the bucket is addressed: `host` for `https://BUCKET.ENDPOINT/`, `path` for `https://ENDPOINT/BUCKET/`, which most stores of one's own
   * need.
   * @default 'host'
   */
  uriStyle: z.enum(['host', 'path']).default('host'),
  /** Certificate of the authority that issued the store's certificate, in PEM. @default those that the image trusts */
  ca: z.string().includes('-----BEGIN CERTIFICATE-----', 'must be a certificate in PEM').optional(),
  /** What the store keeps, whatever the repository of the node keeps. @default every moment of two weeks */
  retention: retentionPolicy.prefault({}),
})

/** Where a node keeps a second repository, in effect. */
export type ObjectStore = z.output<typeof objectStoreVars>

/** The secrets that the store is opened with: nobody can make them up. */
export const OBJECT_STORE_SECRETS = {
  accessKey: 'object-store.access-key',
  secretKey: 'object-store.secret-key',
} as const
