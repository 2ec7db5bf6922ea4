import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import { imageId, projects, startSharing } from '../support/sharing.ts';
import { sendJson, startUpstream } from '../support/upstream.ts';
import { runs, timeoutMs } from './runs.ts';
import { follow, steps } from './sharing.ts';

it('any sequence of sharing by four projects ends in the state of the model', { timeout: timeoutMs }, async () => {
  await using sharing = await startSharing();
  let made = 0;
  await fc.assert(
    fc.asyncProperty(steps(2, 12), async (sequence) => {
      const numbers = [made + 1, made + 2];
      made += 2;
      for (const number of numbers) sharing.image(number);
      await follow({ images: numbers.map(imageId), projects, query: sharing.query }, sequence);
    }),
    runs(25),
  );
});

it('two tokens with identical requests at random times never see each other’s data', {
  timeout: timeoutMs,
}, async () => {
  // Upstream echoes the caller's token after a random delay.
  let random = fc.sample(fc.nat({ max: 3 }), 1_000);
  await using upstream = await startUpstream((response, { headers, target }) => {
    const token = headers.find(([name]) => name === 'x-auth-token')?.[1] ?? '';
    const id = /images\/([^/?]+)/.exec(target)?.[1] ?? '';
    const member = { member_id: token, image_id: id, status: 'accepted', schema: '' };
    const times = { created_at: '2026-11-21T03:23:00Z', updated_at: '2026-11-21T03:23:00Z' };
    const image = (imageId: string) => ({
      id: imageId,
      name: token,
      visibility: 'shared',
      status: 'active',
      os_hidden: false,
    });
    const turns = random.shift() ?? 0;
    const answer = async (): Promise<void> => {
      for (let turn = 0; turn < turns; turn++) await nextTurn();
      if (target.includes('/members')) sendJson(response, 200, { members: [{ ...member, ...times }] });
      else if (id === '') sendJson(response, 200, { images: ['1', '2'].map(image) });
      else sendJson(response, 200, image(id));
    };
    answer().catch(() => response.destroy());
  });
  await using gateway = await startGateway(upstream.url, { UPSTREAM_CONNECTIONS: '3', LOG_LEVEL: 'info' });
  const document = '{ image(id: "1") { name members { memberId } } images(first: 2) { nodes { name } } }';
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('token-one', 'token-two'), { minLength: 2, maxLength: 12 }),
      fc.infiniteStream(fc.nat({ max: 5 })),
      async (tokens, delays) => {
        random = [...delays.take(100)];
        await Promise.all(
          tokens.map(async (token) => {
            const { raw, errors } = await gateway.query(token, document);
            expect(errors).toBeUndefined();
            expect(raw).toContain(token);
            expect(raw).not.toContain(token === 'token-one' ? 'token-two' : 'token-one');
          }),
        );
      },
    ),
    runs(60),
  );
  for (const token of ['token-one', 'token-two']) expect(gateway.log.join('')).not.toContain(token);
});
