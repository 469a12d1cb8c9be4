import { defineRole, docker, dockerKinds, packages, served, service, services, z } from 'run-playbook'

/** Docker, and the images that all nodes run: PostgreSQL with pgBackRest, and the status service on top of it. */
export const postgresImage = defineRole({
  name: 'postgres-image',
  tags: ['image'],
  vars: z.strictObject({
    image: z.string(),
    /** A saved image on the operator's machine; without one each node builds it from `context`. */
    archive: z.string().optional(),
    /** The folder with the Dockerfile. */
    context: z.string(),
    /** The image of the status service, and the folder that it is built from where there is no archive. */
    status: z.strictObject({ image: z.string(), context: z.string() }).optional(),
    /** Packages to install where there is no Docker. */
    install: z.array(z.string()).default([]),
  }),
  tasks: ({ image, archive, context, status, install }) => {
    const source = (folder: string, args?: Record<string, string>) =>
      archive ? { archive } : { build: { context: folder, ...(args && { args }) } }
    return [
      install.length > 0 && packages('docker engine', { names: install }),
      service(
        'docker',
        { name: 'docker', state: 'started', enabled: true },
        // Starting it starts containers, but none that has the run of the host.
        { touches: [services.all, served.all, ...dockerKinds.map(({ all }) => all)] },
      ),
      docker.image('postgres image', { name: image, ...source(context) }),
      status !== undefined &&
        docker.image('status image', { name: status.image, ...source(status.context, { BASE: image }) }),
    ]
  },
})
