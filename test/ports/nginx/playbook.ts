import { definePlay, definePlaybook, pattern } from 'run-playbook'
import { nginx } from './role.ts'

export default definePlaybook({
  description: 'nginx on one Debian',
  plays: () => [
    definePlay({
      name: 'nginx',
      hosts: pattern('all'),
      roles: () => [
        nginx({
          defaultRelease: 'bookworm',
          removeDefaultVhost: true,
          workerProcesses: 2,
          serverTokens: 'off',
          extraConfOptions: 'env PORT;',
          extraHttpOptions: 'gzip on;\nproxy_set_header X-Real-IP $remote_addr;',
          upstreams: [
            {
              name: 'app',
              strategy: 'least_conn',
              keepalive: 16,
              servers: ['127.0.0.1:8081 weight=3', '127.0.0.1:8082'],
            },
          ],
          vhosts: [
            {
              serverName: 'www.example.com example.com',
              serverNameRedirect: 'old.example.com',
              root: '/var/www/html',
              errorPage: '404 /404.html',
              accessLog: '/var/log/nginx/www.log',
              extraParameters: 'location /app {\n    proxy_pass http://app;\n}',
            },
            { serverName: 'status.example.com', filename: 'status', listen: '8080', returns: '204' },
            { serverName: 'gone.example.com', state: 'absent' },
          ],
        }),
      ],
    }),
  ],
})
