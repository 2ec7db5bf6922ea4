import { expect, it } from 'vitest';
import { canaryToken, healthy, otherToken, startFaultUpstream } from '../faults/fault-upstream.ts';
import { metric, operations } from '../faults/harness.ts';
import { startGateway } from '../support/gateway.ts';
import { startUpstream } from '../support/upstream.ts';

const viewer = '{ viewer { user { name } } }';

it('the breakers of the Images API and the Identity service are shown and logged apart', async () => {
  await using images = await startFaultUpstream((socket, request) => void socket.write(healthy(request)));
  await using identity = await startUpstream((response) => response.writeHead(503).end());
  const environment = { IDENTITY_API_URL: identity.url, UPSTREAM_BREAKER_FAILURES: '1', UPSTREAM_RETRIES: '0' };
  await using gateway = await startGateway(images.url, environment);
  const read = (name: string) =>
    Promise.all(['images', 'identity'].map((service) => metric(gateway.url, `${name}{service="${service}"}`)));
  expect(await read('upstream_breaker_open')).toEqual([0, 0]);
  for (let time = 0; time < 2; time++) await gateway.query(canaryToken, viewer);
  expect((await gateway.query(canaryToken, operations.image)).errors).toBeUndefined();
  expect(await read('upstream_breaker_open')).toEqual([0, 1]);
  expect(await metric(gateway.url, 'upstream_refused_total{service="identity",reason="breaker"}')).toBeGreaterThan(0);
  const lines = gateway.log.filter((line) => line.includes('"msg":"breaker"'));
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    expect.objectContaining({ open: true, service: 'identity' }),
  ]);
});

it('calls of each service are counted apart while they run and while they wait', async () => {
  await using images = await startFaultUpstream((socket, request) => void socket.write(healthy(request)));
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await using identity = await startUpstream((response) => void released.then(() => response.writeHead(404).end()));
  const environment = { IDENTITY_API_URL: identity.url, UPSTREAM_CONNECTIONS: '1' };
  await using gateway = await startGateway(images.url, environment);
  const asked = [canaryToken, otherToken].map((token) => gateway.query(token, viewer));
  const read = (name: string) => metric(gateway.url, `${name}{service="identity"}`);
  await expect.poll(() => read('upstream_calls'), { timeout: 5_000 }).toBe(1);
  await expect.poll(() => read('upstream_waiting_calls'), { timeout: 5_000 }).toBe(1);
  expect(await metric(gateway.url, 'upstream_waiting_calls{service="images"}')).toBe(0);
  release();
  await Promise.all(asked);
});
