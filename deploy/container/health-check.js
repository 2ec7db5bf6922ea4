// Requests /healthz from the gateway in this container, at the address in its settings.
import { request } from 'node:http';

const { HOST = '127.0.0.1', PORT = '4000', ADMIN_HOST = HOST, ADMIN_PORT = PORT } = process.env;
// A gateway that listens on all addresses also listens on loopback.
const host = /^(?:0\.0\.0\.0|::)?$/.test(ADMIN_HOST) ? '127.0.0.1' : ADMIN_HOST;
const target = host.startsWith('/') ? { socketPath: host } : { host, port: ADMIN_PORT };

request({ ...target, path: '/healthz', timeout: 2_000 }, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1))
  .on('timeout', () => process.exit(1))
  .on('error', () => process.exit(1))
  .end();
