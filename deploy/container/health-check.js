// Asks the gateway in this container whether it lives, where its settings say that it listens.
import { request } from 'node:http';

const { HOST = '127.0.0.1', PORT = '4000', ADMIN_HOST = HOST, ADMIN_PORT = PORT } = process.env;
// Whatever listens at every address listens at this one too.
const host = /^(?:0\.0\.0\.0|::)?$/.test(ADMIN_HOST) ? '127.0.0.1' : ADMIN_HOST;
const target = host.startsWith('/') ? { socketPath: host } : { host, port: ADMIN_PORT };

request({ ...target, path: '/healthz', timeout: 2_000 }, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1))
  .on('timeout', () => process.exit(1))
  .on('error', () => process.exit(1))
  .end();
