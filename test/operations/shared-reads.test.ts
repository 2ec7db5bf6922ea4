import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import { sendJson, startUpstream } from '../support/upstream.ts';

const row = {
  image_id: 'i',
  member_id: 'm',
  status: 'pending',
  created_at: '2026-11-21T03:41:54Z',
  updated_at: '2026-11-21T03:41:54Z',
  schema: '/v2/schemas/member',
};

const sharedPath = '/v2/images/i/members/m';

/** An Images API that holds back its answers to one read until they are released, and answers all others immediately. */
async function startHolding() {
  const held: ServerResponse[] = [];
  const upstream = await startUpstream((response, { method, target }) => {
    if (method === 'GET' && target === sharedPath) held.push(response);
    else sendJson(response, 200, row);
  });
  return {
    ...upstream,
    targets: () => upstream.received.map(({ target }) => target),
    release(): void {
      for (const response of held.splice(0)) sendJson(response, 200, row);
    },
  };
}

const read = '{ imageMember(imageId: "i", memberId: "m") { status } }';
/** The same read, and one that shows upstream that the operation has started. */
const readBeside = '{ imageMember(imageId: "i", memberId: "m") { status } beside: image(id: "j") { id } }';
const accept = `mutation { updateMemberStatus(input: { imageId: "i", memberId: "m", status: ACCEPTED }) { userErrors { code } } }`;

it('identical concurrent reads of one token share one call', async () => {
  await using upstream = await startHolding();
  await using gateway = await startGateway(upstream.url);
  const first = gateway.query('one', read);
  await upstream.arrived(1);
  const second = gateway.query('one', readBeside);
  await upstream.arrived(2);
  expect(upstream.targets()).toEqual([sharedPath, '/v2/images/j']);
  upstream.release();
  const answers = await Promise.all([first, second]);
  expect(answers.map(({ data }) => data?.['imageMember'])).toEqual([{ status: 'PENDING' }, { status: 'PENDING' }]);
});

it.each([
  ['another token', 'two', {}],
  ['the setting turned off', 'one', { SHARE_READS: 'false' }],
])('a call is not shared with %s', async (_with, token, environment) => {
  await using upstream = await startHolding();
  await using gateway = await startGateway(upstream.url, environment);
  const first = gateway.query('one', read);
  await upstream.arrived(1);
  const second = gateway.query(token, read);
  await upstream.arrived(2);
  expect(upstream.targets()).toEqual([sharedPath, sharedPath]);
  upstream.release();
  await Promise.all([first, second]);
});

it.each(['one', 'two'])('a read after an answered write of token %s makes its own call', async (writer) => {
  await using upstream = await startHolding();
  await using gateway = await startGateway(upstream.url);
  const before = gateway.query('one', read);
  await upstream.arrived(1);
  await gateway.query(writer, accept);
  const after = gateway.query('one', read);
  await upstream.arrived(3);
  expect(upstream.received.map(({ method }) => method)).toEqual(['GET', 'PUT', 'GET']);
  expect(upstream.targets()).toEqual([sharedPath, sharedPath, sharedPath]);
  upstream.release();
  await Promise.all([before, after]);
});

it('a shared read shows earlier writes of another token, for any list or image', async () => {
  await using upstream = await startHolding();
  await using gateway = await startGateway(upstream.url);
  const first = gateway.query('one', read);
  await upstream.arrived(1);
  const beside = '{ images { nodes { id } } image(id: "j") { id } }';
  await gateway.query('two', beside);
  await gateway.query(
    'two',
    'mutation { deleteImageMember(input: { imageId: "J", memberId: "m" }) { userErrors { code } } }',
  );
  const calls = upstream.received.length;
  const second = gateway.query('one', read);
  await upstream.arrived(calls + 1);
  upstream.release();
  await Promise.all([first, second]);
  expect(upstream.targets().filter((target) => target === sharedPath)).toHaveLength(2);
});

it('each operation that shares a read has its own deadline, and the read continues for the others', async () => {
  await using upstream = await startHolding();
  await using gateway = await startGateway(upstream.url, { UPSTREAM_DEADLINE_MS: '1500' });
  const first = gateway.query('one', read);
  await upstream.arrived(1);
  await sleep(900);
  const second = gateway.query('one', readBeside);
  await upstream.arrived(2);
  const timedOut = await Promise.race([first, second]);
  expect(timedOut.errors?.map(({ extensions }) => extensions.code)).toEqual(['UPSTREAM_TIMEOUT']);
  upstream.release();
  expect((await second).data?.['imageMember']).toEqual({ status: 'PENDING' });
  expect(upstream.targets().filter((target) => target === sharedPath)).toHaveLength(1);
});

it('an operation that joins a read keeps its own deadline', async () => {
  await using upstream = await startHolding();
  await using gateway = await startGateway(upstream.url, { OPERATION_DEADLINE_MS: '600' });
  const took = async (document: string): Promise<number> => {
    const startedAt = performance.now();
    const { errors } = await gateway.query('one', document);
    expect(errors?.map(({ extensions }) => extensions.code)).toContain('UPSTREAM_TIMEOUT');
    return performance.now() - startedAt;
  };
  const first = took(read);
  await upstream.arrived(1);
  await sleep(300);
  const second = took(readBeside);
  await upstream.arrived(2);
  for (const ms of await Promise.all([first, second])) {
    expect(ms).toBeGreaterThan(550);
    expect(ms).toBeLessThan(880);
  }
  expect(upstream.targets()).toEqual([sharedPath, '/v2/images/j']);
});
