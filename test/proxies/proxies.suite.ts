import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { imageId, projects, startSharing, tokenOf } from '../support/sharing.ts';
import { transports } from '../support/subscribe.ts';

type ProxyName = 'nginx' | 'haproxy';

async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** The configuration of `deploy/proxies`, with other addresses. */
function readConfiguration(file: string, port: number, gatewayUrl: string): string {
  return readFileSync(new URL(`../../deploy/proxies/${file}`, import.meta.url), 'utf8')
    .replaceAll('127.0.0.1:8080', `127.0.0.1:${port}`)
    .replaceAll('127.0.0.1:4000', new URL(gatewayUrl).host);
}

function toCommand(name: ProxyName, folder: string, port: number, gatewayUrl: string): readonly string[] {
  const file = join(folder, 'configuration');
  if (name === 'haproxy') {
    writeFileSync(file, readConfiguration('subscriptions.haproxy.cfg', port, gatewayUrl));
    return ['/usr/sbin/haproxy', '-f', file];
  }
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  );
  const http = `access_log off; ${temporary.join(' ')}\n${readConfiguration('subscriptions.nginx.conf', port, gatewayUrl)}`;
  writeFileSync(file, `daemon off; pid ${folder}/pid; error_log stderr; events {}\nhttp {\n${http}}\n`);
  return ['/usr/sbin/nginx', '-p', folder, '-c', file];
}

/** Starts a proxy before a gateway. */
async function startProxyProgram(
  name: ProxyName,
  gatewayUrl: string,
): Promise<AsyncDisposable & { readonly url: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'proxy-'));
  const port = await findPort();
  const [command = '', ...args] = toCommand(name, folder, port, gatewayUrl);
  const program = spawn(command, args, { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  for (
    let tries = 0;
    !(await fetch(`${url}/graphql?query={__typename}`).then(
      ({ ok }) => ok,
      () => false,
    ));
    tries++
  ) {
    if (tries > 100) throw new Error(`${name} does not answer`);
    await sleep(100);
  }
  return {
    url,
    async [Symbol.asyncDispose]() {
      program.kill();
      await once(program, 'exit');
      rmSync(folder, { recursive: true });
    },
  };
}

const document = `subscription { imageMembersChanged(imageId: "${imageId(1)}") { changes { action memberId } } }`;

it.each(
  (['nginx', 'haproxy'] as const).flatMap((proxy) =>
    (['sse', 'websocket', 'multipart'] as const).map((transport) => [proxy, transport] as const),
  ),
)('through %s, %s carries payloads as they are made', async (name, transport) => {
  await using sharing = await startSharing({
    environment: { SUBSCRIPTION_POLL_INTERVAL_MS: '200', SUBSCRIPTION_PING_INTERVAL_MS: '200' },
  });
  sharing.image(1);
  await using proxy = await startProxyProgram(name, sharing.gateway.url);
  await using subscription = transports[transport](proxy.url, tokenOf('producer'), { query: document });
  expect(await subscription.next()).toEqual({ data: { imageMembersChanged: { changes: [] } } });
  await sleep(1_000);
  await sharing.rest('producer', 'POST', `images/${imageId(1)}/members`, { member: projects.a });
  expect(await subscription.next()).toEqual({
    data: { imageMembersChanged: { changes: [{ action: 'ADDED', memberId: projects.a }] } },
  });
});
