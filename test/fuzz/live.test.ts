import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { imageId, projects, type Sharing, startSharing, tokenOf } from '../support/sharing.ts';
import { type Subscribed, transports } from '../support/subscribe.ts';
import { runs } from './runs.ts';

const names = ['producer', 'a', 'b'] as const;
const images = [1, 2] as const;
type Name = (typeof names)[number];

const inboxFields = 'images { id myMembership { status } }';
const inboxQuery = `{ images(first: 100, filter: {sharedWithMe: true, memberStatus: PENDING}) {
  nodes { id myMembership { status } }
} }`;
const imageFields = 'id members { memberId status }';

/** One thing that somebody does straight at the Images API. */
type Step =
  | { readonly kind: 'add'; readonly image: number; readonly member: 'a' | 'b' }
  | { readonly kind: 'remove'; readonly image: number; readonly member: 'a' | 'b' }
  | { readonly kind: 'decide'; readonly image: number; readonly member: 'a' | 'b'; readonly status: string }
  | { readonly kind: 'visibility'; readonly image: number; readonly visibility: string };

const image = fc.constantFrom(...images);
const member = fc.constantFrom('a' as const, 'b' as const);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), image, member }),
  fc.record({ kind: fc.constant('remove' as const), image, member }),
  fc.record({
    kind: fc.constant('decide' as const),
    image,
    member,
    status: fc.constantFrom('pending', 'accepted', 'rejected'),
  }),
  fc.record({
    kind: fc.constant('visibility' as const),
    image,
    visibility: fc.constantFrom('private', 'shared', 'shared'),
  }),
);

async function take(sharing: Sharing, done: Step): Promise<void> {
  const path = `images/${imageId(done.image)}`;
  if (done.kind === 'visibility') {
    await sharing.rest('producer', 'PATCH', path, [{ op: 'replace', path: '/visibility', value: done.visibility }]);
    return;
  }
  const project = projects[done.member];
  if (done.kind === 'add') await sharing.rest('producer', 'POST', `${path}/members`, { member: project });
  else if (done.kind === 'remove') await sharing.rest('producer', 'DELETE', `${path}/members/${project}`);
  else await sharing.rest(done.member, 'PUT', `${path}/members/${project}`, { status: done.status });
}

/** Everything that a plain query tells this token, by what is subscribed to. */
async function look(sharing: Sharing, name: Name): Promise<Map<string, string>> {
  const { data } = await sharing.query(name, inboxQuery);
  const seen = new Map([['inbox', JSON.stringify((data?.['images'] as { nodes: unknown } | undefined)?.nodes)]]);
  for (const number of images) {
    const { data: own } = await sharing.query(name, `{ image(id: "${imageId(number)}") { ${imageFields} } }`);
    seen.set(`image ${number}`, JSON.stringify(own?.['image'] ?? null));
  }
  return seen;
}

/** Notes what a subscriber is told, each time. */
function note(subscription: Subscribed, of: (data: Record<string, unknown>) => unknown): string[] {
  const told: string[] = [];
  void (async () => {
    for (let payload = await subscription.next(); payload !== null; payload = await subscription.next()) {
      told.push(JSON.stringify(of(payload.data ?? {}) ?? null));
    }
  })().catch(() => {});
  return told;
}

it('a subscriber is told what a plain query with its token would tell, and nothing when that stays the same', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 10 }), async (steps) => {
      await using sharing = await startSharing({
        environment: { SUBSCRIPTION_POLL_INTERVAL_MS: '100', SUBSCRIPTION_CALLS_PER_SECOND: '10000' },
      });
      for (const number of images) sharing.image(number, {}, { a: 'pending' });
      await using opened = new AsyncDisposableStack();
      const views = names.flatMap((name) => {
        const open = (document: string) =>
          opened.use(transports.sse(sharing.gateway.url, tokenOf(name), { query: document }));
        const inbox = open(`subscription { sharedWithMeChanged { ${inboxFields} } }`);
        const told = [
          {
            name,
            view: 'inbox',
            told: note(inbox, (data) => (data['sharedWithMeChanged'] as { images: unknown }).images),
          },
        ];
        for (const number of images) {
          const one = open(
            `subscription { imageMembersChanged(imageId: "${imageId(number)}") { image { ${imageFields} } } }`,
          );
          const image = (data: Record<string, unknown>) =>
            (data['imageMembersChanged'] as { image: unknown } | null)?.image;
          told.push({ name, view: `image ${number}`, told: note(one, image) });
        }
        return told;
      });
      const settle = async () => {
        await sleep(400);
        return new Map(await Promise.all(names.map(async (name) => [name, await look(sharing, name)] as const)));
      };
      let before = await settle();
      for (const { name, view, told } of views)
        expect(told.splice(0), `${name} ${view}`).toEqual([before.get(name)?.get(view)]);
      for (const taken of steps) {
        await take(sharing, taken);
        const after = await settle();
        for (const { name, view, told } of views) {
          const [was, is] = [before, after].map((seen) => seen.get(name)?.get(view));
          // A subscription that ended with its image says nothing any more.
          for (const payload of told.splice(0)) {
            expect(payload, `${name} ${view} after ${JSON.stringify(taken)}`).toBe(is);
            expect(is, `${name} ${view} is told something although nothing changed`).not.toBe(was);
          }
        }
        before = after;
      }
    }),
    runs(3),
  );
}, 120_000);
