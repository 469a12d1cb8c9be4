import { z } from 'zod'

// Its owner has the same name.
const ROLES = ['replicator', 'rewinder', 'basebackup', 'monitor']
const DATABASES = ['postgres', 'template0', 'template1']
const RESERVED = /^(pg_|public$|none$)/

/** A database and its owner: every name that PostgreSQL takes for both. */
const databaseName = z
  .string()
  .min(1)
  .refine((name) => Buffer.byteLength(name) <= 63, 'is longer than 63 bytes, which PostgreSQL cuts off')
  .refine((name) => !name.includes('\0'), 'cannot contain a NUL byte')
  .refine((name) => !DATABASES.includes(name), 'PostgreSQL has a database of that name')
  .refine(
    (name) => !ROLES.includes(name),
    'its owner would be a role of the cluster itself: choose another name',
  )
  .refine((name) => !RESERVED.test(name), 'its owner would have a name that PostgreSQL reserves')

/** Databases of the cluster, each name once. */
export const databaseNames = z
  .array(databaseName)
  .refine((names) => new Set(names).size === names.length, 'a database is named twice')
