import { describe, expect, it } from 'vitest';
import { UpstreamError } from '../../../src/errors.ts';
import { ask, contextOf } from '../../support/ask.ts';
import { FakeImages, failure, makeImage, makeMember } from '../../support/fake-images.ts';
import { imageId } from '../../support/image-id.ts';

const one = imageId(1);
const two = imageId(2);
const row = 'imageId memberId action outcome imageMember { memberId } userErrors { code message field }';
const create = `mutation ($input: CreateImageMembersInput!) {
  payload: createImageMembers(input: $input) {
    imageChanges { imageId outcome userErrors { code message field } }
    changes { ${row} }
    userErrors { code message field }
  }
}`;
const remove = `mutation ($input: DeleteImageMembersInput!) {
  payload: deleteImageMembers(input: $input) { changes { ${row} } userErrors { code } }
}`;

interface Row {
  readonly outcome: string;
}

interface Payload {
  readonly changes: readonly Row[];
  readonly imageChanges: readonly Row[];
  readonly userErrors: readonly unknown[];
}

type Held = ConstructorParameters<typeof FakeImages>[0];

async function run(document: string, input: object, held: Held = {}, options: Parameters<typeof contextOf>[1] = {}) {
  const client = new FakeImages({ images: [makeImage(1), makeImage(2)], ...held });
  const { data, errors } = await ask(contextOf(client, options), document, { input });
  const payload = (data as { payload: Payload } | null)?.payload;
  return { client, payload, errors, outcomes: payload?.changes.map(({ outcome }) => outcome) };
}

const pairs = { imageIds: [one, two], memberIds: ['a', 'b'] };

describe('a bulk mutation', () => {
  it('has a row for each pair that it changed', async () => {
    const { client, payload, errors } = await run(create, pairs);
    const done = (imageId: string, memberId: string) => ({
      imageId,
      memberId,
      action: 'ADD',
      outcome: 'DONE',
      imageMember: { memberId },
      userErrors: [],
    });
    expect({ payload, errors }).toEqual({
      payload: {
        imageChanges: [],
        changes: [done(one, 'a'), done(one, 'b'), done(two, 'a'), done(two, 'b')],
        userErrors: [],
      },
      errors: [],
    });
    expect(client.calls).toEqual([1, 2].flatMap((image) => ['a', 'b'].map((id) => `createMember #${image}/${id}`)));
  });

  it('has UNCHANGED rows without user errors for what is already so', async () => {
    const members = { [one]: { rows: [makeMember(1, 'a')], errors: [] } };
    const { payload } = await run(create, { imageIds: [one], memberIds: ['a'] }, { members, fail: exists });
    expect(payload?.changes).toMatchObject([{ outcome: 'UNCHANGED', imageMember: { memberId: 'a' }, userErrors: [] }]);
  });

  const exists = (call: string) => (call.startsWith('createMember') ? failure(409) : undefined);

  it('has REFUSED rows, whose user errors point to its own input', async () => {
    const { payload } = await run(
      create,
      { imageIds: [imageId(3)], memberIds: ['', 'a'] },
      { fail: () => failure(404) },
    );
    expect(payload?.changes).toMatchObject([
      { outcome: 'REFUSED', imageMember: null, userErrors: [{ code: 'INVALID_INPUT', field: ['input', 'memberIds'] }] },
      { outcome: 'REFUSED', imageMember: null, userErrors: [{ code: 'NOT_FOUND', field: ['input', 'imageIds'] }] },
    ]);
  });

  it('has REFUSED rows without a field if no single one is invalid', async () => {
    const errors = { listMembers: failure(500), deleteMember: failure(404) };
    const fail = (call: string) => errors[call.split(' ')[0] as keyof typeof errors];
    const { client, payload } = await run(remove, { imageIds: [one], memberIds: ['a'] }, { images: [], fail });
    expect(payload?.changes).toMatchObject([
      { action: 'REMOVE', outcome: 'REFUSED', userErrors: [{ code: 'NOT_FOUND', field: null }] },
    ]);
    expect(client.calls[0]).toBe('listMembers #1');
  });

  it.each([
    ['FAILED', undefined],
    ['UNKNOWN', 'UNKNOWN'],
  ] as const)('has a %s row for a pair that fails with the outcome %s, and its error', async (expected, outcome) => {
    const error = new UpstreamError('UPSTREAM_UNAVAILABLE', 'failed', { status: 500, outcome });
    const fail = (call: string) => (call === 'createMember #1/b' ? error : undefined);
    const { payload, errors, outcomes } = await run(create, pairs, { fail });
    expect(outcomes).toEqual(['DONE', expected, 'DONE', 'DONE']);
    expect(payload?.changes[1]).toEqual({
      imageId: one,
      memberId: 'b',
      action: 'ADD',
      outcome: expected,
      imageMember: null,
      userErrors: [],
    });
    expect(errors).toMatchObject([{ message: 'failed', path: ['payload', 'changes', 1] }]);
  });

  it('fails as a whole because of a bug', async () => {
    const fail = (call: string) => (call === 'createMember #1/b' ? new TypeError('a bug') : undefined);
    const { payload, errors } = await run(create, pairs, { fail });
    expect(payload).toBeUndefined();
    expect(errors).toMatchObject([{ message: 'a bug', path: ['payload'] }]);
  });

  it.each([
    [false, false, 'has a FAILED row'],
    [true, true, 'has a FAILED row'],
    [true, false, 'fails as a whole'],
  ])('after a refused token (%s) that may have been accepted before (%s) %s', async (refuse, accept, expected) => {
    const error = new UpstreamError('UNAUTHENTICATED', 'no', { status: 401 });
    const client = new FakeImages({ fail: () => error });
    const context = contextOf(client);
    if (accept) context.budget.acceptToken();
    if (refuse) context.budget.refuseToken(error);
    const { data, errors } = await ask(context, create, { input: { imageIds: [one], memberIds: ['a'] } });
    const isWhole = expected === 'fails as a whole';
    if (isWhole) expect(data).toBeNull();
    else expect(data).toMatchObject({ payload: { changes: [{ outcome: 'FAILED' }] } });
    expect(errors).toMatchObject([{ path: isWhole ? ['payload'] : ['payload', 'changes', 0] }]);
  });

  it.each([
    ['different pairs', [one, two], ['a'], 2],
    ['different members of an image', [one], ['a', 'b'], 2],
    ['spellings of the same member', [one], ['a', 'A', 'a '], 1],
    ['spellings of the same image', ['x', 'X', 'X '], ['a'], 1],
  ])('changes %s %j %j with at most %i concurrent writes', async (_what, imageIds, memberIds, expected) => {
    const { client } = await run(create, { imageIds, memberIds }, { fail: () => failure(404) }, { bulkConcurrency: 2 });
    expect(client.mostAtOnce).toBe(expected);
  });

  it('lists the members of an image before a removal, and not before an addition', async () => {
    const members = { [one]: { rows: [makeMember(1, 'a'), makeMember(1, 'b')], errors: [] } };
    const input = { imageIds: [one], memberIds: ['a', 'c'] };
    const removal = await run(remove, input, { members }, { bulkConcurrency: 1 });
    expect(removal.outcomes).toEqual(['DONE', 'UNCHANGED']);
    expect(removal.client.calls).toEqual(['listMembers #1', 'deleteMember #1/a', 'getImage #1']);
    expect((await run(create, input, { members })).client.calls).toEqual(['createMember #1/a', 'createMember #1/c']);
  });

  it('is refused before any call if its operation changes more pairs than allowed', async () => {
    const { client, payload } = await run(create, pairs, {}, { environment: { BULK_MAX_CHANGES: '3' } });
    const message =
      '4 pairs of image and project are too many: the bulk mutations of one operation can change at most 3.';
    expect(payload).toMatchObject({
      imageChanges: [],
      changes: [],
      userErrors: [{ code: 'INVALID_INPUT', message, field: ['input'] }],
    });
    expect(client.calls).toEqual([]);
    const { outcomes } = await run(create, pairs, {}, { environment: { BULK_MAX_CHANGES: '4' } });
    expect(outcomes).toHaveLength(4);
  });

  it.each([
    ['pairs', { imageIds: [one], memberIds: Array.from({ length: 600 }, (_, index) => `m${index}`) }],
    [
      'images to share',
      { imageIds: Array.from({ length: 600 }, (_, index) => imageId(index)), memberIds: [], makeShared: true },
    ],
  ])('fails before any call if the response has no room for its %s', async (_what, input) => {
    const environment = { MAX_ANSWER_FIELDS: '5000' };
    const { client, errors } = await run(create, input, {}, { environment });
    expect(errors).toMatchObject([{ path: ['payload'], extensions: { code: 'LIMIT_EXCEEDED' } }]);
    expect(client.calls).toEqual([]);
  });
});

describe('createImageMembers with "makeShared"', () => {
  const images = ['private', 'shared', 'community', 'private'].map((visibility, index) =>
    makeImage(index + 1, { visibility }),
  );
  const imageIds = [...images.map(({ id }) => id), imageId(5), '..'];
  const share = (held: Held) => run(create, { imageIds, memberIds: [], makeShared: true }, { images, ...held });
  const refused = (imageId: string | undefined, code: string, name = 'imageIds') => ({
    imageId,
    outcome: 'REFUSED',
    userErrors: [
      {
        code,
        message: expect.stringContaining(code === 'INVALID_INPUT' ? 'id' : `${imageId}`),
        field: ['input', name],
      },
    ],
  });

  it('shares the private images one after another, after all of them were read', async () => {
    const { client, payload } = await share({});
    expect(payload?.imageChanges).toEqual([
      { imageId: imageIds[0], outcome: 'DONE', userErrors: [] },
      { imageId: imageIds[1], outcome: 'UNCHANGED', userErrors: [] },
      refused(imageIds[2], 'IMAGE_NOT_SHARED'),
      { imageId: imageIds[3], outcome: 'DONE', userErrors: [] },
      refused(imageIds[4], 'NOT_FOUND'),
      refused('..', 'INVALID_INPUT'),
    ]);
    const writes = client.calls.filter((call) => call.startsWith('update'));
    expect(writes).toEqual(['updateImage #1', 'updateImage #4']);
    expect(client.calls.slice(-2)).toEqual(writes);
    expect(client.mostAtOnce).toBe(1);
  });

  it.each([
    ['is not allowed', failure(403, 'communitize_image'), 'VISIBILITY_NOT_ALLOWED', 'makeShared'],
    ['is of another project', failure(403), 'NOT_IMAGE_OWNER', 'imageIds'],
  ])('refuses an image that %s', async (_what, error, code, field) => {
    const fail = (call: string) => (call === 'updateImage #1' ? error : undefined);
    const { payload } = await share({ fail });
    expect(payload?.imageChanges[0]).toEqual(refused(one, code, field));
    expect(payload?.imageChanges[3]).toMatchObject({ outcome: 'DONE' });
  });

  it('reports the failure of an image at its row', async () => {
    const error = new UpstreamError('UPSTREAM_TIMEOUT', 'late', { outcome: 'UNKNOWN' });
    const { payload, errors } = await share({ fail: (call) => (call === 'updateImage #4' ? error : undefined) });
    expect(payload?.imageChanges[3]).toEqual({ imageId: imageIds[3], outcome: 'UNKNOWN', userErrors: [] });
    expect(payload?.imageChanges[0]).toMatchObject({ outcome: 'DONE' });
    expect(errors).toMatchObject([{ message: 'late', path: ['payload', 'imageChanges', 3] }]);
  });

  it('reports at their rows that images cannot be read, and changes none of them', async () => {
    const { client, payload, errors } = await share({ fail: () => failure(500) });
    expect(payload?.imageChanges.slice(0, 4).map(({ outcome }) => outcome)).toEqual(Array(4).fill('FAILED'));
    expect(errors[0]).toMatchObject({ path: ['payload', 'imageChanges', 0] });
    expect(client.calls.filter((call) => call.startsWith('update'))).toEqual([]);
  });
});
