import { expect, it } from 'vitest';
import { imageId, projects, startSharing, tokenOf } from '../support/sharing.ts';

const imageIds = `["${imageId(1)}", "${imageId(2)}"]`;

it.each([
  ['createImageMember', `createImageMember(input: { imageId: "${imageId(1)}", memberId: "${projects.a}" })`],
  ['createImageMembers', `createImageMembers(input: { imageIds: ${imageIds}, memberIds: ["${projects.a}"] })`],
])('after a caller goes away during %s, nothing is read back and no further write starts', async (...row) => {
  const arrived = Promise.withResolvers<void>();
  await using sharing = await startSharing({
    environment: { BULK_CONCURRENCY: '1' },
    intercept: ({ method }) => (method === 'POST' ? () => arrived.resolve() : undefined),
  });
  sharing.image(1);
  const leave = new AbortController();
  const answer = fetch(`${sharing.gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-auth-token': tokenOf('producer') },
    body: JSON.stringify({ query: `mutation { ${row[1]} { userErrors { code } } }` }),
    signal: leave.signal,
  });
  await arrived.promise;
  leave.abort();
  await expect(answer).rejects.toThrow();
  const ended = () => sharing.gateway.log.some((line) => line.includes('"msg":"operation"'));
  await expect.poll(ended).toBe(true);
  expect(sharing.calls()).toEqual(['POST /images/#1/members']);
});
