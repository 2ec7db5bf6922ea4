import { describe, expect, it } from 'vitest';
import { canarySecret, canaryToken } from './fault-upstream.ts';
import { checkAnswer, operations, start } from './harness.ts';
import { upstreamTable } from './upstream-table.ts';

describe.each(upstreamTable)('$name', (row) => {
  it(`results in ${row.code ?? 'no error'} after ${row.calls} calls`, async () => {
    await using surroundings = await start(row.fault);
    const { gateway, upstream } = surroundings;
    const began = performance.now();
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-auth-token': canaryToken, 'x-router-secret': canarySecret },
      body: JSON.stringify({ query: operations[row.operation] }),
    });
    const raw = await response.text();
    const tookMs = performance.now() - began;
    expect(response.status).toBe(200);
    const { errors = [] } = checkAnswer(raw, response.headers.get('content-type'));
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(row.code === null ? [] : [row.code]);
    expect(errors[0]?.extensions.outcome).toBe(row.outcome);
    const userErrors = [...raw.matchAll(/"userErrors":\[\{"code":"(\w+)"/g)].map(([, code]) => code);
    expect(userErrors).toEqual(row.userError === undefined ? [] : [row.userError]);
    expect(upstream.received).toHaveLength(row.calls);
    expect(tookMs).toBeLessThan(row.withinMs);
    await surroundings.check(raw + JSON.stringify([...response.headers]));
  });
});
