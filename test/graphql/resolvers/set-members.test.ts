import { describe, expect, it } from 'vitest';
import { ask, contextOf } from '../../support/ask.ts';
import { FakeImages, failure, makeImage, makeMember } from '../../support/fake-images.ts';
import { imageId } from '../../support/image-id.ts';

const id = imageId(1);
const document = `mutation ($input: SetImageMembersInput!) {
  payload: setImageMembers(input: $input) {
    changes { imageId memberId action outcome imageMember { memberId } userErrors { code } }
    userErrors { code message field }
  }
}`;

interface Row {
  readonly imageId: string;
  readonly memberId: string;
  readonly action: string;
  readonly outcome: string;
  readonly imageMember: { readonly memberId: string } | null;
}

type Held = NonNullable<ConstructorParameters<typeof FakeImages>[0]>;

/** Makes these projects the members of an image that has those, and looks up members as told. */
async function set(
  memberIds: readonly string[],
  stored: readonly string[],
  {
    lookups = {},
    asked = id,
    ...held
  }: Held & { lookups?: Readonly<Record<string, string | null>>; asked?: string } = {},
) {
  const rows = stored.map((memberId) => makeMember(1, memberId));
  const client = new FakeImages({ images: [makeImage(1)], members: { [asked]: { rows, errors: [] } }, ...held });
  let atOnce = 0;
  let mostAtOnce = 0;
  client.getMember = async ({ memberId }) => {
    client.calls.push(`getMember ${memberId}`);
    mostAtOnce = Math.max(mostAtOnce, ++atOnce);
    await new Promise((resolve) => setImmediate(resolve));
    atOnce--;
    const found = lookups[memberId];
    return found === undefined || found === null ? null : makeMember(1, found);
  };
  const { data, errors } = await ask(contextOf(client), document, { input: { imageId: asked, memberIds } });
  const payload = (data as { payload: { changes: readonly Row[]; userErrors: readonly unknown[] } } | null)?.payload;
  const changes = payload?.changes.map(({ action, memberId, outcome }) => `${action} ${memberId} ${outcome}`);
  return { client, payload, errors, changes, mostAtOnce };
}

describe('setImageMembers', () => {
  it('keeps, adds and removes members, without a look-up of those whose id is certain', async () => {
    const { client, payload, changes } = await set(['c', 'a'], ['a', 'b', 'd']);
    expect(changes).toEqual(['ADD c DONE', 'KEEP a UNCHANGED', 'REMOVE b DONE', 'REMOVE d DONE']);
    expect(payload).toMatchObject({
      changes: [
        { imageId: id, imageMember: { memberId: 'c' } },
        { imageId: id, imageMember: { memberId: 'a' }, userErrors: [] },
        { imageId: id, imageMember: null },
        {},
      ],
      userErrors: [],
    });
    expect([...client.calls].sort()).toEqual([
      'createMember #1/c',
      'deleteMember #1/b',
      'deleteMember #1/d',
      'getImage #1',
      'listMembers #1',
    ]);
  });

  it('changes the members of the image under its stored spelling', async () => {
    const images = [{ ...makeImage(1), id: 'image' }];
    const { client } = await set(['a'], ['b', 'c'], { images, asked: 'IMAGE' });
    expect(client.calls.filter((call) => call.includes('Member ')).sort()).toEqual([
      'createMember image/a',
      'deleteMember image/b',
      'deleteMember image/c',
    ]);
  });

  it.each([
    ['the same to upstream', { A: 'a' }, ['KEEP a UNCHANGED'], ['getMember A']],
    ['another to upstream', { A: null, a: 'a' }, ['ADD A DONE', 'REMOVE a DONE'], ['getMember A']],
  ])('asks upstream whether another spelling is a member: it is %s', async (_what, lookups, expected, calls) => {
    const { client, changes } = await set(['A'], ['a'], { lookups });
    expect(changes).toEqual(expected);
    expect(client.calls.filter((call) => call.startsWith('getMember'))).toEqual(calls);
  });

  it('looks up several members concurrently, but not all of them', async () => {
    const { changes, mostAtOnce } = await set(['A', 'B', 'C'], ['a', 'b', 'c'], {
      lookups: { A: 'a', B: 'b', C: 'c' },
    });
    expect(changes).toEqual(['KEEP a UNCHANGED', 'KEEP b UNCHANGED', 'KEEP c UNCHANGED']);
    expect(mostAtOnce).toBe(2);
  });

  it.each([
    ['a duplicate that upstream finds by its own spelling', { A: 'a' }, 'kept', ['A']],
    ['a duplicate that upstream finds by the spelling to keep', { A: 'A', a: 'A' }, 'kept', ['A', 'a']],
    ['a member of its own', { A: 'A', a: 'a' }, 'removed', ['A', 'a']],
    ['a member that has gone', {}, 'removed', ['A', 'a']],
  ])(
    'with two spellings in the list, looks up whether the other one is %s (case %#)',
    async (_what, lookups, expected, asked) => {
      const { client, changes } = await set(['a', 'b'], ['a', 'A', 'b'], { lookups });
      const removals = expected === 'removed' ? ['REMOVE A DONE'] : [];
      expect(changes).toEqual(['KEEP a UNCHANGED', 'KEEP b UNCHANGED', ...removals]);
      const lookedUp = client.calls.filter((call) => call.startsWith('getMember'));
      expect(lookedUp).toEqual(asked.map((memberId) => `getMember ${memberId}`));
    },
  );

  it.each([
    ['cannot be seen', { images: [] }, 'NOT_FOUND', 'imageId'],
    ['has a list that cannot be seen', { members: {} }, 'NOT_FOUND', 'imageId'],
    ['is private', { images: [makeImage(1, { visibility: 'private' })] }, 'IMAGE_NOT_SHARED', 'imageId'],
    ['shows only the own membership', { own: { [id]: ['PENDING'] } }, 'NOT_IMAGE_OWNER', 'imageId'],
  ] as const)('changes nothing if the image %s', async (_what, held, code, field) => {
    const { client, payload } = await set(['b'], ['a'], held);
    expect(payload).toMatchObject({
      changes: [],
      userErrors: [{ code, message: expect.stringContaining(id), field: ['input', field] }],
    });
    expect(client.calls.filter((call) => call.includes('Member #1/'))).toEqual([]);
  });

  it('says to a caller that may not add members only who may', async () => {
    const { payload } = await set(['b'], ['a'], { own: { [id]: ['PENDING'] } });
    expect(payload?.userErrors).toMatchObject([
      { message: expect.stringMatching(/with a token that has permission\.$/) },
    ]);
  });

  it('changes nothing if it cannot read a member', async () => {
    const members = { [id]: { rows: [makeMember(1, 'a')], errors: [failure(200)] } };
    const { client, payload, errors } = await set(['b'], [], { members });
    expect(payload).toBeUndefined();
    expect(errors).toMatchObject([{ message: 'failed with 200', path: ['payload'] }]);
    expect(client.calls.filter((call) => call.includes('Member #1/'))).toEqual([]);
  });

  it('changes nothing if a new member has an id that cannot be addressed, but keeps those that have', async () => {
    const refused = await set(['a', 'é'], ['a', 'b']);
    expect(refused.payload).toMatchObject({
      changes: [],
      userErrors: [{ code: 'INVALID_INPUT', field: ['input', 'memberIds'] }],
    });
    expect((await set(['a', 'é'], ['é', 'a'])).changes).toEqual(['KEEP a UNCHANGED', 'KEEP é UNCHANGED']);
  });
});
