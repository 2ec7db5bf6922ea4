import { describe, expect, it } from 'vitest';
import { parseTarget } from '../../src/http/target.ts';
import { startGateway } from '../support/gateway.ts';
import { refusingUrl } from '../support/listen.ts';
import { rawRequest } from '../support/raw-request.ts';

it.each([
  ['/', '/', ''],
  ['/graphql?query=a?b', '/graphql', '?query=a?b'],
  ['/graphql?', '/graphql', '?'],
  ['//graphql', '//graphql', ''],
  ['/a/../b%2F', '/a/../b%2F', ''],
  ['http://gateway/graphql?query=a', '/graphql', '?query=a'],
  ['https://gateway:443/graphql', '/graphql', ''],
  ['HTTP://[::1]:80/graphql', '/graphql', ''],
  ['http://gateway', '/', ''],
  ['http://gateway?query=a', '/', '?query=a'],
])('the target %s has the path %s and the query "%s"', (target, path, search) => {
  expect(parseTarget(target)).toEqual({ path, search });
});

it.each(['*', '', 'graphql', 'http://', 'http:///graphql', 'http://?query=a', 'ftp://gateway/graphql', 'gateway:80'])(
  'the target "%s" has no path',
  (target) => {
    expect(parseTarget(target)).toBeNull();
  },
);

describe('a request line', () => {
  const query = '%7B__typename%7D';
  const ask = async (line: string, headers = '') => {
    await using gateway = await startGateway(refusingUrl);
    const bytes = `${line} HTTP/1.1\r\nHost: gateway\r\n${headers}Connection: close\r\n\r\n`;
    const [head = '', body = ''] = (await rawRequest(gateway.url, bytes)).split('\r\n\r\n');
    return { status: Number(head.split(' ')[1]), head, body };
  };

  it.each([
    ['GET http://gateway/healthz', 200],
    [`GET http://other.example/graphql?query=${query}`, 200],
    [`GET HTTPS://u:p@[::1]:1/graphql?query=${query}`, 200],
    ['GET http://gateway/nothing', 404],
    ['GET //graphql', 404],
    ['GET http://', 400],
    ['GET *', 400],
    ['GET ftp://gateway/graphql', 400],
  ])('"%s" is answered with %i', async (line, status) => {
    const answer = await ask(line);
    expect(answer.status).toBe(status);
    if (line.includes('graphql?')) expect(JSON.parse(answer.body)).toEqual({ data: { __typename: 'Query' } });
    if (status === 404 || status === 400) expect(JSON.parse(answer.body).errors[0].extensions.code).toBe('BAD_REQUEST');
  });

  it('CONNECT is refused with a message', async () => {
    const { status, body } = await ask('CONNECT 192.0.2.1:80');
    expect(status).toBe(405);
    expect(JSON.parse(body).errors[0].extensions.code).toBe('BAD_REQUEST');
  });

  it.each([
    ['OPTIONS *', 'GET, HEAD, POST, OPTIONS'],
    ['OPTIONS /graphql', 'GET, HEAD, POST, OPTIONS'],
    ['OPTIONS http://gateway/healthz', 'GET, HEAD, OPTIONS'],
  ])('%s is answered with the allowed methods', async (line, allow) => {
    const { status, head, body } = await ask(line);
    expect([status, body]).toEqual([204, '']);
    expect(head).toContain(`\r\nallow: ${allow}\r\n`);
  });

  it('HEAD of an operation is answered like GET, without the body', async () => {
    const target = `/graphql?query=${query}`;
    const [get, head] = [await ask(`GET ${target}`), await ask(`HEAD ${target}`)];
    expect([get.status, head.status, head.body]).toEqual([200, 200, '']);
    const stable = (text: string) => text.replace(/^(?:x-request-id|date): .*$/gim, '');
    expect(stable(head.head)).toBe(stable(get.head));
  });

  it('HEAD of a page is answered like GET, without the body', async () => {
    const { status, head, body } = await ask('HEAD /graphql', 'Accept: text/html\r\n');
    expect([status, body]).toEqual([200, '']);
    expect(head).toMatch(/^content-type: text\/html/im);
    expect(Number(/^content-length: (\d+)/im.exec(head)?.[1])).toBeGreaterThan(100);
  });
});
