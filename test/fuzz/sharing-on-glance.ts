// Random sequences of sharing by four projects on a real Glance, compared with the model after every step.
// Usage: node test/fuzz/sharing-on-glance.ts [sequences]; FUZZ_SEED repeats a run.
// Environment: GLANCE_URL, and for PRODUCER, CONSUMER_A, CONSUMER_B and STRANGER a …_TOKEN and a …_PROJECT_ID.
import fc from 'fast-check';
import { request } from 'undici';
import { startGateway } from '../support/gateway.ts';
import { follow, steps } from './sharing.ts';
import type { Name } from './sharing-model.ts';

const sequences = Number(process.argv[2] ?? 20);
const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

function need(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

const prefixes: Readonly<Record<Name, string>> = {
  producer: 'PRODUCER',
  a: 'CONSUMER_A',
  b: 'CONSUMER_B',
  stranger: 'STRANGER',
};
const each = (suffix: string) =>
  Object.fromEntries(Object.entries(prefixes).map(([name, prefix]) => [name, need(`${prefix}_${suffix}`)])) as Record<
    Name,
    string
  >;
const tokens = each('TOKEN');
const projects = each('PROJECT_ID');
const glance = need('GLANCE_URL');

async function createImage(): Promise<string> {
  const { body } = await request(`${glance}/v2/images`, {
    method: 'POST',
    headers: { 'x-auth-token': tokens.producer, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'fuzz', visibility: 'shared' }),
  });
  return ((await body.json()) as { id: string }).id;
}

async function deleteImage(id: string): Promise<void> {
  const { body } = await request(`${glance}/v2/images/${id}`, {
    method: 'DELETE',
    headers: { 'x-auth-token': tokens.producer },
  });
  await body.dump();
}

await using gateway = await startGateway(glance, { LOG_LEVEL: 'silent' });
let done = 0;
await fc.assert(
  fc.asyncProperty(steps(2, 12), async (sequence) => {
    const images = [await createImage(), await createImage()];
    try {
      await follow(
        { images, projects, query: (name, document, variables) => gateway.query(tokens[name], document, variables) },
        sequence,
      );
    } finally {
      await Promise.all(images.map(deleteImage));
    }
    done += sequence.length;
  }),
  { seed, numRuns: sequences, endOnFailure: true },
);
process.stdout.write(`FUZZ_SEED=${seed}: ${sequences} sequences, ${done} steps, as the model says\n`);
