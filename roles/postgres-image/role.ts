import { defineRole, docker, dockerKinds, packages, served, service, services, z } from 'run-playbook'
import { imageContents } from './contents.ts'
import { dockerComplete } from './docker-complete.ts'
import { numberTasks } from './number.ts'

/** Docker, and the images that all nodes run: PostgreSQL with pgBackRest, and the status service on top of it. */
export const postgresImage = defineRole({
  name: 'postgres-image',
  tags: ['image'],
  vars: z.strictObject({
    image: z.string(),
    /** Folder of the node's data, which an image of one's own has to fit. @default '/data/postgres' */
    dataDir: z.string().default('/data/postgres'),
    /** A saved image on the operator's machine; without one each node builds it from `context`. */
    archive: z.string().optional(),
    /** The same for the images of the status service and of PgBouncer. @default the same archive */
    otherArchive: z.string().optional(),
    /** The folder with the Dockerfile. Without it the image is one's own: present or pulled, checked, and never built. */
    context: z.string().optional(),
    /** Build arguments, for `context`. */
    args: z.record(z.string(), z.string()).optional(),
    /** The names are ours: a build takes them, whoever made what has them now. @default false */
    adopt: z.boolean().default(false),
    /** The image of the status service, and the folder that it is built from where there is no archive. Without one it is pulled. */
    status: z.strictObject({ image: z.string(), context: z.string().optional() }).optional(),
    /** The same for PgBouncer. @default there is none */
    pooler: z.strictObject({ image: z.string(), context: z.string().optional() }).optional(),
    /** Packages to install where there is no Docker. */
    install: z.array(z.string()).default([]),
  }),
  tasks: (vars) => {
    const { image, dataDir, context, args, adopt, status, pooler, install } = vars
    const source = (archive?: string, folder?: string, args?: Record<string, string>) => {
      if (folder === undefined) return {}
      return archive ? { archive } : { adopt, build: { context: folder, ...(args && { args }) } }
    }
    const others = vars.otherArchive ?? vars.archive
    return [
      install.length > 0 && packages('docker engine', { names: install }),
      install.length > 0 && dockerComplete('docker engine and client', { names: install }),
      service(
        'docker',
        { name: 'docker', state: 'started', enabled: true },
        // Starting it starts containers, but none that has the run of the host.
        { touches: [services.all, served.all, ...dockerKinds.map(({ all }) => all)] },
      ),
      docker.image('postgres image', { name: image, ...source(vars.archive, context, args) }),
      context === undefined && imageContents('postgres image fits', { image, dataDir }),
      status !== undefined &&
        docker.image('status image', {
          name: status.image,
          ...source(others, status.context, { BASE: image }),
        }),
      pooler !== undefined &&
        docker.image('pgbouncer image', {
          name: pooler.image,
          ...source(others, pooler.context, { BASE: image }),
        }),
      numberTasks({ image, dataDir }),
    ]
  },
})

/** The image and the data of a node go together: found before its container is replaced. */
export const postgresImageFits = defineRole({
  name: 'postgres-image-fits',
  tags: ['image'],
  vars: z.strictObject({ image: z.string(), dataDir: z.string() }),
  tasks: ({ image, dataDir }) => [
    imageContents('postgres image fits', { image, dataDir, unlessInUse: 'postgres' }),
  ],
})

/** The image with another major version, beside the one that the nodes run with. No container is replaced. */
export const postgresUpgradeImage = defineRole({
  name: 'postgres-upgrade-image',
  tags: ['image'],
  vars: z.strictObject({
    image: z.string(),
    /** The major version. */
    to: z.int(),
    /** Folder of the data, which the image has to fit in all but the version. */
    dataDir: z.string(),
    /** A saved image on the operator's machine. */
    archive: z.string().optional(),
    /** The folder with the Dockerfile. Without it the image is one's own: present or pulled. */
    context: z.string().optional(),
    /** Build arguments, for `context`. */
    args: z.record(z.string(), z.string()).optional(),
  }),
  tasks: ({ image, to, dataDir, archive, context, args }) => {
    const build = context === undefined ? {} : { adopt: true, build: { context, ...(args && { args }) } }
    return [
      docker.image('image of the new version', { name: image, ...(archive ? { archive } : build) }),
      imageContents('image fits the data', { image, dataDir, upgradeTo: to }),
    ]
  },
})
