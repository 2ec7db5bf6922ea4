import { describe, expect, it } from 'vitest';
import { createDemoWorld, demoIdentities } from '../../src/simulator/seed.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { callers, patchType } from './support/client.ts';

const { producer, consumerA, consumerB } = demoIdentities;

/** A clock that tests advance manually. */
function handClock(start: string) {
  let now = Date.parse(start);
  return {
    now: () => now,
    advance: (seconds: number) => {
      now += seconds * 1000;
    },
  };
}

async function startWithImage(options: { readonly memberQuota?: number } = {}) {
  const clock = handClock('2027-01-01T00:00:00Z');
  const world = createDemoWorld({ now: clock.now });
  const image = world.addImage({ owner: producer.projectId, name: 'members' });
  const simulator = await startSimulator({ world, ...options });
  const members = `/v2/images/${image.id}/members`;
  return { simulator, clock, image, members, as: callers(simulator.url) };
}

describe('members', () => {
  it('keep their original created_at and their position when they are added again', async () => {
    const { simulator, clock, members, as } = await startWithImage();
    await using _ = simulator;
    const owner = as(producer.token);
    await owner('POST', members, { body: { member: 'first' } });
    await owner('POST', members, { body: { member: 'second' } });
    clock.advance(60);
    await owner('DELETE', `${members}/first`);
    const again = await owner('POST', members, { body: { member: 'first' } });
    expect(again.json).toMatchObject({
      status: 'pending',
      created_at: '2027-01-01T00:00:00Z',
      updated_at: '2027-01-01T00:01:00Z',
    });
    const list = await owner('GET', members);
    expect(list.json.members.map((member) => member.member_id)).toEqual(['first', 'second']);
  });

  it('are pending again when added again after they had accepted', async () => {
    const { simulator, members, as } = await startWithImage();
    await using _ = simulator;
    const mine = `${members}/${consumerA.projectId}`;
    await as(producer.token)('POST', members, { body: { member: consumerA.projectId } });
    await as(consumerA.token)('PUT', mine, { body: { status: 'accepted' } });
    await as(producer.token)('DELETE', mine);
    expect((await as(consumerA.token)('GET', mine)).status).toBe(404);
    await as(producer.token)('POST', members, { body: { member: consumerA.projectId } });
    expect((await as(consumerA.token)('GET', mine)).json.status).toBe('pending');
  });

  it('change updated_at with a new status, but not with the same one', async () => {
    const { simulator, clock, members, as } = await startWithImage();
    await using _ = simulator;
    const mine = `${members}/${consumerA.projectId}`;
    await as(producer.token)('POST', members, { body: { member: consumerA.projectId } });
    clock.advance(5);
    const first = await as(consumerA.token)('PUT', mine, { body: { status: 'accepted' } });
    clock.advance(5);
    const same = await as(consumerA.token)('PUT', mine, { body: { status: 'accepted' } });
    expect([first.json.updated_at, same.json.updated_at]).toEqual(['2027-01-01T00:00:05Z', '2027-01-01T00:00:05Z']);
  });

  it('return with their status when the image is made private and shared again', async () => {
    const { simulator, image, members, as } = await startWithImage();
    await using _ = simulator;
    const setVisibility = (value: string) =>
      as(producer.token)('PATCH', `/v2/images/${image.id}`, {
        body: [{ op: 'replace', path: '/visibility', value }],
        contentType: patchType,
      });
    const mine = `${members}/${consumerA.projectId}`;
    await as(producer.token)('POST', members, { body: { member: consumerA.projectId } });
    await as(consumerA.token)('PUT', mine, { body: { status: 'rejected' } });
    expect((await setVisibility('private')).json.visibility).toBe('private');
    expect((await as(consumerA.token)('GET', mine)).status).toBe(404);
    await setVisibility('shared');
    expect((await as(consumerA.token)('GET', mine)).json.status).toBe('rejected');
  });

  it('given as numbers or true are echoed unchanged once, and are strings from then on', async () => {
    const { simulator, members, as } = await startWithImage();
    await using _ = simulator;
    const owner = as(producer.token);
    expect((await owner('POST', members, { body: { member: 4711 } })).json.member_id).toBe(4711);
    expect((await owner('POST', members, { body: { member: true } })).json.member_id).toBe(true);
    expect((await owner('POST', members, { body: { member: '4711' } })).status).toBe(409);
    expect((await owner('GET', `${members}/1`)).json.member_id).toBe('1');
  });

  it('are limited by the quota, and removed ones do not count', async () => {
    const { simulator, members, as } = await startWithImage({ memberQuota: 1 });
    await using _ = simulator;
    const owner = as(producer.token);
    expect((await owner('POST', members, { body: { member: consumerA.projectId } })).status).toBe(200);
    expect((await owner('POST', members, { body: { member: consumerA.projectId } })).status).toBe(413);
    await owner('DELETE', `${members}/${consumerA.projectId}`);
    expect((await owner('POST', members, { body: { member: consumerB.projectId } })).status).toBe(200);
  });

  it('are added once by six concurrent requests', async () => {
    const { simulator, members, as } = await startWithImage();
    await using _ = simulator;
    const request = () => as(producer.token)('POST', members, { body: { member: consumerA.projectId } });
    const statuses = (await Promise.all(Array.from({ length: 6 }, request))).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 409, 409, 409, 409, 409]);
  });
});
