import { defineRole, docker, packages, service, z } from 'run-playbook'

/** Docker, and the image that all nodes run: PostgreSQL with pgBackRest. */
export const postgresImage = defineRole({
  name: 'postgres-image',
  tags: ['image'],
  vars: z.strictObject({
    image: z.string(),
    /** A saved image on the operator's machine; without one each node builds it from `context`. */
    archive: z.string().optional(),
    /** The folder with the Dockerfile. */
    context: z.string(),
    /** Packages to install where there is no Docker. */
    install: z.array(z.string()).default([]),
  }),
  tasks: ({ image, archive, context, install }) => [
    install.length > 0 && packages('docker engine', { names: install }),
    service(
      'docker',
      { name: 'docker', state: 'started', enabled: true },
      // Starting it starts containers, but none that has the run of the host.
      { touches: ['service:/**', 'docker:/**', 'postgres:/**'] },
    ),
    docker.image('postgres image', { name: image, ...(archive ? { archive } : { build: { context } }) }),
  ],
})
