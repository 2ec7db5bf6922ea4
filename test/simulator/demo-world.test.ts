import { describe, expect, it } from 'vitest';
import { createDemoWorld, demoIdentities } from '../../src/simulator/seed.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { callers } from './support/client.ts';

const { producer, consumerA, consumerB, expired, unscoped } = demoIdentities;

describe('the demo world', () => {
  it('is the same every time, and a change to one copy does not affect another', () => {
    const first = createDemoWorld();
    expect([...first.images]).toEqual([...createDemoWorld().images]);
    for (const image of first.images.values()) image.name = 'changed';
    expect([...createDemoWorld().images.values()].every(({ name }) => name !== 'changed')).toBe(true);
  });

  it('has realistic ids, names and sizes', () => {
    const images = [...createDemoWorld().images.values()];
    expect(images.length).toBeGreaterThanOrEqual(12);
    expect(new Set(images.map(({ name }) => name)).size).toBe(images.length);
    expect(images.some(({ size }) => size !== null && size > 2 ** 31)).toBe(true);
    for (const { id } of images)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    for (const { projectId } of Object.values(demoIdentities)) {
      if (projectId !== null) expect(projectId).toMatch(/^[0-9a-f]{32}$/);
    }
  });

  it('has every visibility and status, a hidden and a protected image', () => {
    const images = [...createDemoWorld().images.values()];
    expect(new Set(images.map(({ visibility }) => visibility))).toEqual(
      new Set(['public', 'private', 'shared', 'community']),
    );
    expect(new Set(images.map(({ status }) => status))).toEqual(new Set(['active', 'queued', 'deactivated']));
    expect(images.some(({ osHidden }) => osHidden)).toBe(true);
    expect(images.some((image) => image.protected)).toBe(true);
  });

  it.each([consumerA, consumerB])('shares with $name in every member status', ({ projectId }) => {
    const images = [...createDemoWorld().images.values()];
    const statuses = images
      .filter(({ owner }) => owner === producer.projectId)
      .flatMap(({ members }) => members.filter(({ memberId }) => memberId === projectId));
    expect(new Set(statuses.map(({ status }) => status))).toEqual(new Set(['pending', 'accepted', 'rejected']));
  });

  it('accepts its tokens except an expired one, and shows no shared image to a token without a project', async () => {
    await using simulator = await startSimulator();
    const as = callers(simulator.url);
    for (const { token } of Object.values(demoIdentities)) {
      const { status } = await as(token)('GET', '/v2/images');
      expect(status).toBe(token === expired.token ? 401 : 200);
    }
    const ubuntu = [...simulator.world.images.keys()][0];
    expect((await as(consumerA.token)('GET', `/v2/images/${ubuntu}`)).json.size).toBe(613_941_248);
    expect((await as(unscoped.token)('GET', `/v2/images/${ubuntu}`)).status).toBe(404);
  });
});
