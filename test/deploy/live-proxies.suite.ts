import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { expect, it } from 'vitest';
import { startSimulator } from '../../src/simulator/server.ts';
import { World } from '../../src/simulator/world.ts';
import { transports } from '../support/subscribe.ts';
import { createPlace, findPort, type Place, startBehind, startHaproxy, startNginx } from './proxy.ts';

/** Pings must keep idle subscriptions open. */
const settings = { SUBSCRIPTION_POLL_INTERVAL_MS: '200', SUBSCRIPTION_PING_INTERVAL_MS: '200' };

const proxies = {
  async nginx(place: Place, imagesUrl: string) {
    const gateway = await startBehind({ ...settings, IMAGES_API_URL: imagesUrl, HOST: join(place.folder, '1.sock') });
    return { gateway, proxy: await startNginx(place) };
  },
  async haproxy(place: Place, imagesUrl: string) {
    const ports = { port: await findPort(), adminPort: await findPort() };
    const listen = { PORT: String(ports.port), ADMIN_PORT: String(ports.adminPort) };
    const gateway = await startBehind({ ...settings, ...listen, IMAGES_API_URL: imagesUrl });
    return { gateway, proxy: await startHaproxy(place, [ports, ports]) };
  },
};

it.each(
  (['nginx', 'haproxy'] as const).flatMap((proxy) =>
    (['sse', 'websocket', 'multipart'] as const).map((transport) => [proxy, transport] as const),
  ),
)('through %s, %s carries payloads as they are made', async (name, transport) => {
  const world = new World();
  world.addIdentity({ name: 'producer', projectId: '1'.repeat(32), token: 'token', roles: ['member'] });
  const image = world.addImage({ owner: '1'.repeat(32), visibility: 'shared' });
  await using simulator = await startSimulator({ world });
  using place = createPlace();
  setDefaultCACertificates([...getCACertificates('default'), place.certificate]);
  const { gateway, proxy } = await proxies[name](place, simulator.url);
  await using _gateway = gateway;
  await using _proxy = proxy;
  const isThere = () =>
    fetch(`${proxy.url}/graphql?query={__typename}`).then(
      ({ status }) => status,
      () => proxy.errors(),
    );
  await expect.poll(isThere, { timeout: 60_000 }).toBe(200);
  const query = `subscription { imageMembersChanged(imageId: "${image.id}") { changes { action memberId } } }`;
  await using subscription = transports[transport](proxy.url, 'token', { query });
  expect(await subscription.next()).toEqual({ data: { imageMembersChanged: { changes: [] } } });
  await sleep(1_000);
  await fetch(`${simulator.url}/v2/images/${image.id}/members`, {
    method: 'POST',
    headers: { 'x-auth-token': 'token', 'content-type': 'application/json' },
    body: JSON.stringify({ member: 'a'.repeat(32) }),
  });
  expect(await subscription.next()).toEqual({
    data: { imageMembersChanged: { changes: [{ action: 'ADDED', memberId: 'a'.repeat(32) }] } },
  });
});
