import { describe, expect, it, vi } from 'vitest';
import type { Environment } from '../../../src/settings/environment.ts';
import type { ImageMember } from '../../../src/upstream/model.ts';
import type { Rows } from '../../../src/upstream/rows.ts';
import { ask, contextOf } from '../../support/ask.ts';
import { FakeImages, failure, makeImage, makeMember } from '../../support/fake-images.ts';
import { imageId } from '../../support/image-id.ts';

const [one, two, three] = [imageId(1), imageId(2), imageId(3)];

type Held = ConstructorParameters<typeof FakeImages>[0];

/** Members a and b of each image. */
const members: Readonly<Record<string, Rows<ImageMember>>> = Object.fromEntries(
  [1, 2, 3].map((number) => [
    imageId(number),
    { rows: [makeMember(number, 'a'), makeMember(number, 'b')], errors: [] },
  ]),
);

interface Row {
  readonly imageId: string;
  readonly memberId: string | null;
  readonly action: string;
  readonly outcome: string;
  readonly imageMember: { readonly status: string } | null;
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] | null }[];
}

interface Payload {
  readonly changes: readonly Row[];
  readonly imageChanges?: readonly Pick<Row, 'imageId' | 'outcome'>[];
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] | null }[];
}

/** Carries out a bulk mutation. @returns its payload, with the rows in brief, and the calls. */
async function change(
  name: string,
  input: object,
  held: Held = {},
  environment: Environment = {},
  bulkConcurrency = 2,
) {
  const images = [1, 2, 3].map((number) => makeImage(number, { owner: 'o' }));
  const client = new FakeImages({ images, members, ...held });
  const update = vi.spyOn(client, 'updateImage');
  const context = contextOf(client, { environment, bulkConcurrency });
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  const row = 'imageId memberId action outcome imageMember { status } userErrors { code field }';
  const imageChanges = name === 'createImageMembers' ? 'imageChanges { imageId outcome }' : '';
  const document = `mutation ($input: ${type}!) {
    ${name}(input: $input) { changes { ${row} } ${imageChanges} userErrors { code field } }
  }`;
  const { data, errors } = await ask(context, document, { input });
  const payload = (data as Readonly<Record<string, Payload>> | null)?.[name];
  const brief = (payload?.changes ?? []).map(
    ({ imageId: id, memberId, action, outcome }) => `${action} #${Number(id.slice(-12))}/${memberId} ${outcome}`,
  );
  return { payload, brief, errors, calls: client.calls, update };
}

const tooMany = { changes: [], userErrors: [{ code: 'INVALID_INPUT', field: ['input'] }] };

describe('createImageMembers', () => {
  it('adds each project to each image once', async () => {
    const input = { imageIds: [one, two, one], memberIds: ['c', 'd', 'c'] };
    const { payload, brief, calls } = await change('createImageMembers', input);
    expect(brief).toEqual(['ADD #1/c DONE', 'ADD #1/d DONE', 'ADD #2/c DONE', 'ADD #2/d DONE']);
    expect(payload).toMatchObject({ imageChanges: [], userErrors: [] });
    expect(calls.toSorted()).toEqual([
      'createMember #1/c',
      'createMember #1/d',
      'createMember #2/c',
      'createMember #2/d',
    ]);
  });

  it('makes each private image shared once if it is asked to', async () => {
    const images = [makeImage(1, { visibility: 'private' }), makeImage(2)];
    const input = { imageIds: [one, two, one], memberIds: ['c'], makeShared: true };
    const { payload, brief, update } = await change('createImageMembers', input, { images });
    expect(payload?.imageChanges).toEqual([
      { imageId: one, outcome: 'DONE' },
      { imageId: two, outcome: 'UNCHANGED' },
    ]);
    expect(brief).toEqual(['ADD #1/c DONE', 'ADD #2/c DONE']);
    expect(update).toHaveBeenCalledExactlyOnceWith(one, { visibility: 'SHARED' });
    const unasked = await change('createImageMembers', { ...input, makeShared: false }, { images });
    expect(unasked.payload?.imageChanges).toEqual([]);
  });

  it('names the fields of its own input in the errors of a row', async () => {
    const { payload } = await change('createImageMembers', { imageIds: ['..'], memberIds: ['a/b'] });
    expect(payload?.changes).toMatchObject([
      {
        outcome: 'REFUSED',
        userErrors: [{ field: ['input', 'imageIds'] }, { field: ['input', 'memberIds'] }],
      },
    ]);
  });

  it('counts pairs towards the limit of changes, and changes nothing beyond it', async () => {
    const input = { imageIds: [one, two, two], memberIds: ['c', 'd'] };
    expect((await change('createImageMembers', input, {}, { BULK_MAX_CHANGES: '4' })).brief).toHaveLength(4);
    const refused = await change('createImageMembers', input, {}, { BULK_MAX_CHANGES: '3' });
    expect(refused.payload).toEqual({ ...tooMany, imageChanges: [] });
    expect(refused.calls).toEqual([]);
  });
});

describe('deleteImageMembers', () => {
  it.each([1, 2])('removes the members, %i at a time, and lists those of each image once', async (concurrency) => {
    const input = { imageIds: [one, two, three, one], memberIds: ['a', 'b', 'c', 'a'] };
    const { payload, brief, calls } = await change('deleteImageMembers', input, {}, {}, concurrency);
    const outcomes = (image: string) => [
      `REMOVE ${image}/a DONE`,
      `REMOVE ${image}/b DONE`,
      `REMOVE ${image}/c UNCHANGED`,
    ];
    expect(brief).toEqual(['#1', '#2', '#3'].flatMap(outcomes));
    expect(payload?.userErrors).toEqual([]);
    const lists = calls.filter((call) => call.startsWith('listMembers'));
    expect(lists).toEqual(['listMembers #1', 'listMembers #2', 'listMembers #3']);
  });

  it('does not read the members for an invalid id', async () => {
    const { payload, calls } = await change('deleteImageMembers', { imageIds: [one], memberIds: ['a/b'] });
    expect(payload?.changes).toMatchObject([
      { outcome: 'REFUSED', imageMember: null, userErrors: [{ code: 'INVALID_INPUT', field: ['input', 'memberIds'] }] },
    ]);
    expect(calls).toEqual([]);
  });

  it('removes members although they cannot be listed', async () => {
    const fail = (call: string) => (call === 'listMembers #1' ? failure(500) : undefined);
    const { brief, calls } = await change('deleteImageMembers', { imageIds: [one], memberIds: ['a'] }, { fail });
    expect(brief).toEqual(['REMOVE #1/a DONE']);
    expect(calls).toContain('deleteMember #1/a');
  });

  it('fails if listing the members fails for a reason that is none of upstream', async () => {
    const bug = new TypeError('a bug');
    const fail = (call: string) => (call === 'listMembers #1' ? bug : undefined);
    const { errors, calls } = await change('deleteImageMembers', { imageIds: [one], memberIds: ['a'] }, { fail });
    expect(errors).toMatchObject([{ message: 'a bug' }]);
    expect(calls).toEqual(['listMembers #1']);
  });
});

describe('updateMemberStatuses', () => {
  it('sets the status of the named member in each image once', async () => {
    const input = { imageIds: [one, two, one], memberId: 'a', status: 'ACCEPTED' };
    const { payload, brief, calls } = await change('updateMemberStatuses', input);
    expect(brief).toEqual(['UPDATE #1/a DONE', 'UPDATE #2/a DONE']);
    expect(payload?.userErrors).toEqual([]);
    expect(payload?.changes[0]?.imageMember).toEqual({ status: 'ACCEPTED' });
    expect(calls).toEqual(['updateMember #1/a ACCEPTED', 'updateMember #2/a ACCEPTED']);
  });

  it('sets the status of the caller if no member is named', async () => {
    const own = { members: { [one]: { rows: [makeMember(1, 'a')], errors: [] } } };
    const { brief } = await change('updateMemberStatuses', { imageIds: [one, two], status: 'REJECTED' }, own);
    expect(brief).toEqual(['UPDATE #1/a DONE', 'UPDATE #2/a DONE']);
  });

  it('counts images towards the limit of changes', async () => {
    const input = { imageIds: [one, two, one], memberId: 'a', status: 'ACCEPTED' };
    expect((await change('updateMemberStatuses', input, {}, { BULK_MAX_CHANGES: '2' })).brief).toHaveLength(2);
    const refused = await change('updateMemberStatuses', input, {}, { BULK_MAX_CHANGES: '1' });
    expect([refused.payload, refused.calls]).toEqual([tooMany, []]);
  });
});

describe('setImageMembers', () => {
  it.each([1, 2])('keeps, adds and removes members, %i at a time, and lists them once', async (concurrency) => {
    const input = { imageId: one, memberIds: ['c', 'b', 'c'] };
    const { payload, brief, calls } = await change('setImageMembers', input, {}, {}, concurrency);
    expect(brief).toEqual(['ADD #1/c DONE', 'KEEP #1/b UNCHANGED', 'REMOVE #1/a DONE']);
    expect(payload?.userErrors).toEqual([]);
    expect(calls.toSorted()).toEqual(['createMember #1/c', 'deleteMember #1/a', 'getImage #1', 'listMembers #1']);
  });

  it('writes nothing in a dry run, and shows what it would do', async () => {
    const input = { imageId: one, memberIds: ['c', 'b'], dryRun: true };
    const { payload, calls } = await change('setImageMembers', input);
    const row = { imageId: one, userErrors: [] };
    expect(payload).toEqual({
      changes: [
        { ...row, memberId: 'c', action: 'ADD', outcome: 'PLANNED', imageMember: null },
        { ...row, memberId: 'b', action: 'KEEP', outcome: 'UNCHANGED', imageMember: { status: 'PENDING' } },
        { ...row, memberId: 'a', action: 'REMOVE', outcome: 'PLANNED', imageMember: { status: 'PENDING' } },
      ],
      userErrors: [],
    });
    expect(calls.toSorted()).toEqual(['getImage #1', 'listMembers #1']);
  });

  it('shows in a dry run that a member cannot be removed by its id', async () => {
    const rows = [makeMember(1, 'b'), makeMember(1, 'é')];
    const held = { members: { [one]: { rows, errors: [] } } };
    const { payload } = await change('setImageMembers', { imageId: one, memberIds: ['b'], dryRun: true }, held);
    expect(payload?.changes[1]).toEqual({
      imageId: one,
      memberId: 'é',
      action: 'REMOVE',
      outcome: 'REFUSED',
      imageMember: { status: 'PENDING' },
      userErrors: [{ code: 'INVALID_INPUT', field: ['input', 'memberIds'] }],
    });
  });

  it.each([
    ['image', '..', ['c', 'a/b'], 'imageId'],
    ['image, without members', 'a/b', [], 'imageId'],
    ['member', one, ['c', 'a/b'], 'memberIds'],
  ])('is refused without a call for an invalid id of the %s', async (_what, id, memberIds, field) => {
    const { payload, calls } = await change('setImageMembers', { imageId: id, memberIds });
    expect(payload).toEqual({ changes: [], userErrors: [{ code: 'INVALID_INPUT', field: ['input', field] }] });
    expect(calls).toEqual([]);
  });

  it('can keep a member whose id cannot be addressed, and names the field of one that cannot be added', async () => {
    const rows = [makeMember(1, 'b'), makeMember(1, 'é')];
    const held = { members: { [one]: { rows, errors: [] } } };
    expect((await change('setImageMembers', { imageId: one, memberIds: ['é', 'b'] }, held)).brief).toEqual([
      'KEEP #1/é UNCHANGED',
      'KEEP #1/b UNCHANGED',
    ]);
    expect((await change('setImageMembers', { imageId: one, memberIds: ['é'] })).payload).toEqual({
      changes: [],
      userErrors: [{ code: 'INVALID_INPUT', field: ['input', 'memberIds'] }],
    });
  });

  it('counts members towards the limit of changes', async () => {
    const input = { imageId: one, memberIds: ['a', 'b', 'a'] };
    expect((await change('setImageMembers', input, {}, { BULK_MAX_CHANGES: '2' })).brief).toHaveLength(2);
    const refused = await change('setImageMembers', input, {}, { BULK_MAX_CHANGES: '1' });
    expect([refused.payload, refused.calls]).toEqual([tooMany, []]);
  });

  it('tells why the members cannot be set', async () => {
    const { payload } = await change('setImageMembers', { imageId: one, memberIds: ['a'] }, { images: [] });
    expect(payload).toEqual({ changes: [], userErrors: [{ code: 'NOT_FOUND', field: ['input', 'imageId'] }] });
  });
});
