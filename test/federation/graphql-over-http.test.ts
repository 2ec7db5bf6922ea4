import { serverAudits } from 'graphql-http';
import { describe, expect, it } from 'vitest';
import { imageId, startGateway } from './gateway.ts';

const audits = serverAudits({ url: '' });

describe('the audits of GraphQL over HTTP', () => {
  it('are complete', () => {
    expect(audits).toHaveLength(61);
  });

  it.each(audits.map(({ id, name }) => ({ id, name })))('$id $name', async ({ id }) => {
    await using gateway = await startGateway();
    const audit = serverAudits({ url: gateway.url }).find((candidate) => candidate.id === id);
    // A repeated operation is compiled.
    for (let times = 0; times < 3; times++) expect(await audit?.fn()).toMatchObject({ status: 'ok' });
  });
});

describe('a refused request', () => {
  it.each([
    ['application/json', 200],
    ['application/graphql-response+json', 400],
  ])('for %s is answered with %i if it reached GraphQL', async (accept, status) => {
    await using gateway = await startGateway();
    for (const query of ['{', '{ nothing }', 'query A { __typename } query B { __typename }']) {
      const answer = await gateway.ask(query, { headers: { accept } });
      expect(answer).toMatchObject({ status, data: undefined, contentType: `${accept}; charset=utf-8` });
    }
  });

  it.each(['application/json', 'application/graphql-response+json'])(
    'for %s is answered with 200 if it was executed, even with errors',
    async (accept) => {
      await using gateway = await startGateway();
      const answer = await gateway.ask(`{ image(id: "${imageId(1)}") { name } }`, { token: null, headers: { accept } });
      expect(answer).toMatchObject({ status: 200, data: { image: null } });
      expect(answer.errors).toMatchObject([{ path: ['image'], extensions: { code: 'UNAUTHENTICATED' } }]);
    },
  );
});

describe('a request that a page of another origin can send without a preflight', () => {
  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''])(
    'does not reach GraphQL as a POST with the media type "%s"',
    async (type) => {
      await using gateway = await startGateway();
      const query = `mutation { deleteImageMember(input: {imageId: "${imageId(1)}", memberId: "x"}) { __typename } }`;
      const body = new Blob([JSON.stringify({ query })]);
      const headers = { 'x-auth-token': 'producer-token', ...(type !== '' && { 'content-type': type }) };
      const response = await fetch(gateway.url, { method: 'POST', headers, body });
      expect(response.status).toBe(400);
      expect(gateway.calls).toEqual([]);
    },
  );

  it('cannot change anything as a GET', async () => {
    await using gateway = await startGateway();
    const query = `mutation { deleteImageMember(input: {imageId: "${imageId(1)}", memberId: "x"}) { __typename } }`;
    const headers = { 'x-auth-token': 'producer-token' };
    const response = await fetch(`${gateway.url}?query=${encodeURIComponent(query)}`, { headers });
    expect(response.status).toBe(405);
    expect(gateway.calls).toEqual([]);
  });
});
