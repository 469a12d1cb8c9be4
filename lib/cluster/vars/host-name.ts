import { z } from 'zod'

/** A host name as a certificate has it, a wildcard in its first label included. */
export const hostName = z
  .string()
  .max(253)
  .regex(
    /^(\*\.)?[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/i,
    "must be a host name such as 'db.example.com' or '*.example.com'",
  )
