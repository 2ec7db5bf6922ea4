import { describe, expect, it } from 'vitest';
import type { Caller } from './cloud.ts';
import { codes } from './operations.ts';
import { openStage, type Stage } from './stage.ts';

const everything = `query ($id: ID!) {
  image(id: $id) { name }
  images { nodes { id } }
  imageMember(imageId: $id, memberId: "x") { status }
  _entities(representations: [{ __typename: "Image", id: $id }]) { ... on Image { name } }
}`;

async function send(stage: Stage, headers: Record<string, string>, query: string, variables: object): Promise<string> {
  const body = JSON.stringify({ query, variables });
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body };
  const response = await stage.request('', init);
  expect(response.status).toBe(200);
  return response.text();
}

describe('the token', () => {
  const look = 'query ($id: ID!) { image(id: $id) { visibility } }';

  it.each<{ readonly way: string; readonly headers: (token: string) => Record<string, string> }>([
    { way: 'as X-Auth-Token', headers: (token) => ({ 'x-auth-token': token }) },
    { way: 'as a bearer token', headers: (token) => ({ authorization: `Bearer ${token}` }) },
    { way: 'as a bearer token in lower case', headers: (token) => ({ authorization: `bearer ${token}` }) },
    {
      way: 'the same in both headers',
      headers: (token) => ({ 'x-auth-token': token, authorization: `Bearer ${token}` }),
    },
  ])('is accepted $way', async ({ headers }) => {
    await using stage = await openStage();
    const id = await stage.image();
    const answer = await send(stage, headers(stage.cloud.tokens.producer ?? ''), look, { id });
    expect(JSON.parse(answer)).toEqual({ data: { image: { visibility: 'SHARED' } } });
  });

  it.each<{ readonly way: string; readonly headers: (token: string) => Record<string, string> }>([
    {
      way: 'differently in both headers',
      headers: (token) => ({ 'x-auth-token': token, authorization: 'Bearer other' }),
    },
    { way: 'with another scheme', headers: (token) => ({ authorization: `Basic ${token}` }) },
    { way: 'if it is empty', headers: () => ({ 'x-auth-token': '' }) },
  ])('is not accepted $way, and no call is made', async ({ headers }) => {
    await using stage = await openStage();
    const id = await stage.image();
    const answer = JSON.parse(await send(stage, headers(stage.cloud.tokens.producer ?? ''), look, { id }));
    expect(answer).toMatchObject({ data: { image: null }, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(stage.calls).toEqual([]);
  });
});

it.each<Caller>(['expired', 'bad', 'empty', 'nobody'])(
  'a query with a token that is %s fails in each field, and reveals neither the token nor the address',
  async (caller) => {
    await using stage = await openStage();
    const id = await stage.image({ visibility: 'community' });
    const answer = await stage.ask(caller, everything, { id });
    expect(answer.data).toEqual({ image: null, images: null, imageMember: null, _entities: [null] });
    expect(codes(answer)).toEqual(Array(4).fill('UNAUTHENTICATED'));
    const paths = answer.errors.map(({ path }) => path?.join('.')).sort();
    expect(paths).toEqual(['_entities.0', 'image', 'imageMember', 'images']);
    const text = JSON.stringify(answer);
    expect(text).not.toContain(new URL(stage.cloud.imagesApiUrl).host);
    expect(text).not.toContain(stage.cloud.tokens[caller] || 'no token to be found');
  },
);

it('without a token, fields that need none are answered', async () => {
  await using stage = await openStage();
  const { data, errors } = await stage.ask('nobody', '{ __typename __schema { queryType { name } } _service { sdl } }');
  expect(errors).toEqual([]);
  expect(data).toMatchObject({ __typename: 'Query', __schema: { queryType: { name: 'Query' } } });
  expect(stage.calls).toEqual([]);
});

it('a token without a project sees open images by their id and lists public ones, or none under the stricter policy', async () => {
  await using stage = await openStage();
  const community = await stage.image({ visibility: 'community' });
  const open = await stage.image({ visibility: 'public' });
  const mine = await stage.image({ visibility: 'private' });
  const document = `query ($community: ID!, $open: ID!, $mine: ID!, $tag: String!) {
    community: image(id: $community) { id }
    open: image(id: $open) { id }
    mine: image(id: $mine) { id }
    images(filter: { tag: $tag }) { nodes { id } }
  }`;
  const answer = await stage.ask('unscoped', document, { community, open, mine, tag: stage.tag });
  if (stage.cloud.policy === 'secure') {
    expect(answer).toMatchObject({
      data: { community: null, open: null, mine: null, images: null },
      errors: [{ path: ['images'], extensions: { code: 'FORBIDDEN' } }],
    });
    expect(answer.errors).toHaveLength(1);
  } else {
    expect(answer).toEqual({
      data: { community: { id: community }, open: { id: open }, mine: null, images: { nodes: [{ id: open }] } },
      errors: [],
    });
  }
});

it('a query can be sent with GET', async () => {
  await using stage = await openStage();
  const id = await stage.image();
  const search = new URLSearchParams({ query: `{ image(id: "${id}") { visibility } }` });
  const headers = { 'x-auth-token': stage.cloud.tokens.producer ?? '', accept: 'application/json' };
  const response = await stage.request(`?${search}`, { headers });
  expect([response.status, await response.json()]).toEqual([200, { data: { image: { visibility: 'SHARED' } } }]);
});

it('data fetched with one token is not shown to the next', async () => {
  await using stage = await openStage();
  const id = await stage.image({ visibility: 'private' });
  const document = 'query ($id: ID!) { image(id: $id) { id } }';
  const asks = (['producer', 'stranger', 'consumerA', 'admin', 'stranger', 'producer'] as const).map((caller) =>
    stage.ask(caller, document, { id }),
  );
  const seen = (await Promise.all(asks)).map(({ data }) => (data as { image: unknown }).image !== null);
  expect(seen).toEqual([true, false, false, true, false, true]);
});
