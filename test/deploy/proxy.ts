import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { createCertificate } from '../support/certificates.ts';
import { root, run, type Served, serve } from './run.ts';

/** A folder with a certificate for loopback. */
export interface Place extends Disposable {
  readonly folder: string;
  /** The certificate in PEM. */
  readonly certificate: string;
}

/** A proxy that ends TLS in front of gateways. */
export interface Proxy extends AsyncDisposable {
  readonly url: string;
  /** What it wrote to standard error. */
  errors(): string;
}

/** The folder is removed with the scope. */
export function createPlace(): Place {
  const { file, cert: certificate, key } = createCertificate();
  const folder = dirname(file);
  writeFileSync(join(folder, 'both.pem'), certificate + key);
  return { folder, certificate, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

/** A free port of loopback. */
export async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const readConfiguration = (name: string): string => readFileSync(join(root, 'deploy/proxies', name), 'utf8');

/** Starts nginx with its configuration of `deploy/proxies`; the gateways listen at `1.sock` and `2.sock` in the folder. */
export async function startNginx({ folder }: Place): Promise<Proxy> {
  const port = await findPort();
  const configuration = readConfiguration('nginx.conf')
    .replaceAll('/run/image-sharing-gateway', folder)
    .replaceAll('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
    .replace(/ssl_certificate \S+;/, `ssl_certificate ${folder}/cert.pem;`)
    .replace(/ssl_certificate_key \S+;/, `ssl_certificate_key ${folder}/key.pem;`);
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  const frame = `daemon off; ${user} pid ${folder}/pid; error_log stderr error; events {}`;
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, `${frame}\nhttp { access_log off; ${paths.join(' ')}\n${configuration}\n}\n`);
  return startProxy('nginx', ['-c', file, '-e', 'stderr'], port);
}

/** Where a gateway listens. */
export interface GatewayPorts {
  readonly port: number;
  readonly adminPort: number;
}

/** The main file of kolla-ansible, with its default timeouts. Its services follow in files of their own. */
const kollaMain = `defaults
    log global
    option redispatch
    retries 3
    timeout http-request 10s
    timeout queue 1m
    timeout connect 10s
    timeout client 1m
    timeout server 1m
    timeout check 10s
    balance roundrobin
    maxconn 10000
`;

/**
 * Starts HAProxy with a configuration of `deploy/proxies`, in front of two gateways at these ports; with that for
 * kolla-ansible, after its main file.
 */
export async function startHaproxy(
  { folder }: Place,
  [one, two]: readonly [GatewayPorts, GatewayPorts],
  name: 'haproxy.cfg' | 'kolla-haproxy.cfg' = 'haproxy.cfg',
): Promise<Proxy> {
  const port = await findPort();
  const configuration = readConfiguration(name)
    .replace(/bind \S*:443|bind \{\{ \w+ \}\}:4000/, `bind 127.0.0.1:${port}`)
    .replace(/crt \S+/, `crt ${join(folder, 'both.pem')}`)
    .replace(/server one \S+/, `server one 127.0.0.1:${one.port} port ${one.adminPort}`)
    .replace(/server two \S+/, `server two 127.0.0.1:${two.port} port ${two.adminPort}`);
  const [main, file] = [join(folder, 'haproxy.cfg'), join(folder, 'services.cfg')];
  writeFileSync(main, name === 'haproxy.cfg' ? 'global\n' : kollaMain);
  writeFileSync(file, configuration);
  const files = ['-f', main, '-f', file];
  await run('haproxy', ['-c', ...files]);
  return startProxy('haproxy', files, port);
}

function startProxy(command: string, args: readonly string[], port: number): Proxy {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += String(chunk);
  });
  const closed = once(child, 'close');
  return {
    url: `https://127.0.0.1:${port}`,
    errors: () => errors,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await closed;
    },
  };
}

/** A machine that is busy with other things must not make the gateway refuse. */
const environment = { LOG_LEVEL: 'silent', TRUST_PROXY: 'true', MAX_EVENT_LOOP_DELAY_MS: '600000' };

/** Starts a gateway behind a proxy. */
export function startBehind(env: Readonly<Record<string, string>>): Promise<Served> {
  return serve(process.execPath, ['src/main.ts'], { env: { ...process.env, ...environment, ...env } });
}
