import { expect, it } from 'vitest';
import { answer, canaryToken, healthy, imageId, imageRow, memberRow } from './fault-upstream.ts';
import { operations, start } from './harness.ts';

/** What a line has where requests are traced, as they are here. */
const ids = { trace_id: expect.any(String), span_id: expect.any(String), trace_flags: '01' };

/** Log lines with this message, without the fields that every line has. */
function lines(log: readonly string[], message: string): Record<string, unknown>[] {
  return log
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ msg }) => msg === message)
    .map(({ msg, level, time, pid, hostname, ...rest }) => rest);
}

it('the log has a line for each operation and for each upstream request, without values of variables', async () => {
  await using surroundings = await start((socket, request, number) => {
    socket.write(number === 1 ? answer(503, '') : healthy(request));
  });
  const { gateway } = surroundings;
  const document = 'query Look($id: ID!) { image(id: $id) { name } }';
  const headers = { 'x-request-id': 'the-request', 'apollographql-client-name': 'the-client' };
  await gateway.query(canaryToken, document, { id: imageId }, headers);
  await gateway.query(canaryToken, '{ nothing }', {}, { 'x-request-id': 'a-mistake' });
  const durationMs = expect.any(Number);
  expect(lines(gateway.log, 'operation')).toEqual([
    {
      type: 'query',
      name: 'Look',
      execution: 'first use',
      client: 'the-client',
      codes: [],
      durationMs,
      requestId: 'the-request',
      ...ids,
    },
    { type: 'none', codes: ['GRAPHQL_VALIDATION_FAILED'], durationMs, requestId: 'a-mistake', ...ids },
  ]);
  const attempt = { operation: 'getImage', method: 'GET', durationMs, requestId: 'the-request', ...ids };
  expect(lines(gateway.log, 'upstream')).toEqual([
    { ...attempt, status: 503, attempt: 1 },
    { ...attempt, status: 200, attempt: 2 },
  ]);
  expect(gateway.log.join('')).not.toContain(imageId);
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  expect(metrics).toContain('operations_total{name="Look",client="the-client",result="ok"} 1');
  expect(metrics).toContain('image_gateway_executions_total{execution="first use"} 1');
  expect(metrics).toContain('upstream_attempt_duration_seconds_count{operation="getImage",result="503"} 1');
  expect(metrics).toContain('upstream_attempt_duration_seconds_count{operation="getImage",result="200"} 1');
  expect(metrics).toContain('upstream_retries_total{operation="getImage"} 1');
  expect(metrics).toContain('loader_reads{loader="image"} 1');
  expect(metrics).not.toContain(imageId);
  await surroundings.check('');
});

it('rows that are left out of an answer are counted and logged', async () => {
  const elsewhere = '00000000-0000-4000-8000-000000000002';
  await using surroundings = await start((socket, { target }) => {
    const members = [memberRow, { ...memberRow, image_id: elsewhere }, { ...memberRow, image_id: elsewhere }];
    socket.write(target.endsWith('/members') ? answer(200, { members }) : answer(200, imageRow));
  });
  const { gateway } = surroundings;
  const { data, errors } = await gateway.query(canaryToken, operations.members);
  expect(data).toEqual({
    image: { name: 'an image', members: [{ memberId: memberRow.member_id, status: 'ACCEPTED' }] },
  });
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(Array(2).fill('UPSTREAM_INVALID_RESPONSE'));
  expect(lines(gateway.log, 'rows dropped')).toEqual([{ operation: 'listMembers', rows: 2 }]);
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  expect(metrics).toContain('upstream_dropped_rows_total{operation="listMembers"} 2');
  await surroundings.check('');
});
