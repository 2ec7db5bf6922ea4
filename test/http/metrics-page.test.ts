import { expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { startGateway } from '../support/gateway.ts';
import { sendJson, startUpstream } from '../support/upstream.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const prometheus = 'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,';

/** The metrics after one operation of a caller whose trace has these flags. */
async function readMetrics(accept: string | null, flags = '01'): Promise<{ type: string | null; text: string }> {
  await using upstream = await startUpstream((response) => sendJson(response, 200, { images: [] }));
  await using gateway = await startGateway(upstream.url);
  const traceparent = `00-${traceId}-b7ad6b7169203331-${flags}`;
  await gateway.query('token', '{ images { nodes { id } } }', {}, { traceparent });
  const response = await fetch(`${gateway.url}/metrics`, { headers: accept === null ? {} : { accept } });
  return { type: response.headers.get('content-type'), text: await response.text() };
}

it.each([
  [null, 'text/plain; version=0.0.4; charset=utf-8'],
  ['*/*', 'text/plain; version=0.0.4; charset=utf-8'],
  ['text/plain', 'text/plain; version=0.0.4; charset=utf-8'],
  ['text/plain;version=0.0.4,application/openmetrics-text;q=0.5', 'text/plain; version=0.0.4; charset=utf-8'],
  [
    `${prometheus}text/plain;version=0.0.4;q=0.5,*/*;q=0.1`,
    'application/openmetrics-text; version=1.0.0; charset=utf-8',
  ],
  [
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=1.0.0;q=0.4',
    'application/openmetrics-text; version=1.0.0; charset=utf-8',
  ],
  [`application/openmetrics-text,${'a/b,'.repeat(1_000)}`, 'text/plain; version=0.0.4; charset=utf-8'],
])('with "Accept: %s" metrics come as %s', async (accept, type) => {
  expect((await readMetrics(accept)).type).toBe(type);
});

it('both formats hold the same, and say which version runs', async () => {
  const read = async (accept: string): Promise<string[]> =>
    (await readMetrics(accept)).text
      .split('\n')
      .filter((line) => !line.startsWith('#') && line !== '')
      .map((line) => line.replace(/ .*/, ''));
  const text = await read('text/plain');
  expect(text).toContain(`image_gateway_build_info{version="${manifest.version}"}`);
  expect(await read('application/openmetrics-text')).toEqual(text);
});

it('OpenMetrics names counters without their suffix, and ends as it must', async () => {
  const { text } = await readMetrics('application/openmetrics-text');
  expect(text).toContain('# TYPE image_gateway_operations counter\n');
  expect(text).toContain('\nimage_gateway_operations_total{');
  expect(text).toMatch(/\n# EOF\n$/);
});

it.each([
  ['01', true],
  ['00', false],
])('OpenMetrics leads from a time to the trace of a caller with flags %s: %s', async (flags, shown) => {
  const { text } = await readMetrics('application/openmetrics-text', flags);
  for (const name of ['operation', 'upstream_attempt']) {
    const exemplar = new RegExp(
      `^image_gateway_${name}_duration_seconds_bucket.* # {trace_id="${traceId}",span_id=`,
      'm',
    );
    expect(exemplar.test(text)).toBe(shown);
  }
  expect((await readMetrics('text/plain', flags)).text).not.toContain(traceId);
});
