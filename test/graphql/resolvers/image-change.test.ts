import { describe, expect, it, vi } from 'vitest';
import { UpstreamError } from '../../../src/errors.ts';
import { changeImage } from '../../../src/graphql/resolvers/image-change.ts';
import type { ImageChanges } from '../../../src/upstream/model.ts';
import { ask, contextOf } from '../../support/ask.ts';
import { FakeImages, failure, makeImage, makeMember } from '../../support/fake-images.ts';
import { imageId } from '../../support/image-id.ts';

const id = imageId(1);
type Held = ConstructorParameters<typeof FakeImages>[0];

/** An Images API that answers changes of an image with this error, or with the changed image. */
function start(error?: Error, held: Held = {}) {
  const fail = (call: string) => (call.startsWith('updateImage') ? error : undefined);
  const client = new FakeImages({ images: [makeImage(1)], fail, ...held });
  const update = vi.spyOn(client, 'updateImage');
  return { client, update, context: contextOf(client) };
}

function refusal(message: string, ...field: readonly string[]) {
  return { code: 'INVALID_INPUT', message, field: ['input', ...field] };
}

describe('a change of an image', () => {
  it('sends the changes, and answers the changed image, which needs no look-up', async () => {
    const { client, update, context } = start();
    const changes: ImageChanges = { name: 'new', tags: ['b', 'a'], protected: false };
    const changed = await changeImage(id, changes, context);
    expect(changed).toEqual({ image: { ...makeImage(1), ...changes }, userErrors: [] });
    expect(update).toHaveBeenCalledExactlyOnceWith(id, changes);
    expect(await context.loaders.image(id)).toBe(changed.image);
    expect(client.calls).toEqual(['updateImage #1']);
  });

  const long = 'is longer than 255 characters';
  const half = 'contains half of a surrogate pair';
  const emoji = 'contains a character of four bytes in UTF-8, such as an emoji';

  it.each([
    [{}, [refusal('The input names no attribute to change.')]],
    [{ name: 'x'.repeat(256) }, [refusal(`A text in "name" ${long}.`, 'name')]],
    [{ name: '\ud800' }, [refusal(`A text in "name" ${half}.`, 'name')]],
    [{ name: 'x\u{10000}' }, [refusal(`A text in "name" ${emoji}.`, 'name')]],
    [
      { name: '😀', tags: ['x'.repeat(256), 'x', '\udfff', '\u{10ffff}'] },
      [
        refusal(`A text in "name" ${emoji}.`, 'name'),
        refusal(`A text in "tags" ${long}.`, 'tags'),
        refusal(`A text in "tags" ${half}.`, 'tags'),
        refusal(`A text in "tags" ${emoji}.`, 'tags'),
      ],
    ],
  ] as const)('with the values %j is refused before anything is sent', async (changes, userErrors) => {
    const { client, context } = start();
    expect(await changeImage(id, changes, context)).toEqual({ image: null, userErrors });
    expect(client.calls).toEqual([]);
  });

  it.each([
    { name: 'x'.repeat(255), tags: ['x'.repeat(255), '\uffff', 'é'] },
    { name: '' },
    { tags: [] },
    { osHidden: false },
  ])('is sent with the values %j', async (changes) => {
    const { update, context } = start();
    expect(await changeImage(id, changes, context)).toMatchObject({ userErrors: [] });
    expect(update).toHaveBeenCalledExactlyOnceWith(id, changes);
  });

  it('of an unusable id is refused, along with its values', async () => {
    const { client, context } = start();
    const { image, userErrors } = await changeImage('..', {}, context);
    expect(image).toBeNull();
    expect(userErrors.map(({ field }) => field)).toEqual([['input', 'imageId'], ['input']]);
    expect(client.calls).toEqual([]);
  });

  const notOwner = {
    code: 'NOT_IMAGE_OWNER',
    message: `Only the project that owns image ${id} can change it, with a token that has permission.`,
    field: ['input', 'imageId'],
  };
  const notAllowed = {
    code: 'VISIBILITY_NOT_ALLOWED',
    message: `This cloud does not allow this token to make image ${id} PUBLIC; an administrator can do it.`,
    field: ['input', 'visibility'],
  };

  it.each([
    [400, '', {}, refusal(`The Images API does not accept a value for image ${id}.`)],
    [403, '', {}, notOwner],
    [403, '', { visibility: 'PUBLIC' }, notOwner],
    [403, 'rule publicize_image', {}, notOwner],
    [403, 'rule publicize_image', { visibility: 'PUBLIC' }, notAllowed],
    [403, 'rule communitize_image', { visibility: 'PUBLIC' }, notAllowed],
    [
      404,
      '',
      {},
      {
        code: 'NOT_FOUND',
        message: `There is no image ${id}, or this token may not see it.`,
        field: ['input', 'imageId'],
      },
    ],
    [413, '', { tags: ['a'] }, refusal(`Image ${id} cannot have that many tags in this cloud.`, 'tags')],
  ] as const)('that upstream refuses with %i "%s" for %j is explained', async (status, words, changes, userError) => {
    const { client, context } = start(failure(status, words));
    await context.loaders.image(id);
    const result = await changeImage(id, { name: 'x', ...changes }, context);
    expect(result).toEqual({ image: null, userErrors: [userError] });
    // What was read before may be the reason of the refusal.
    await context.loaders.image(id);
    expect(client.calls).toEqual(['getImage #1', 'updateImage #1', 'getImage #1']);
  });

  it.each([
    [failure(413), { name: 'x' }],
    [new UpstreamError('RATE_LIMITED', 'slow down', { status: 413 }), { tags: ['a'] }],
    [failure(500), { name: 'x' }],
    [Object.assign(new TypeError('a bug'), { status: 400 }), { name: 'x' }],
  ])('that fails otherwise fails with the same error: %s', async (error, changes) => {
    const { context } = start(error);
    await expect(changeImage(id, changes, context)).rejects.toBe(error);
  });
});

describe('updateImage', () => {
  const document = `mutation ($input: UpdateImageInput!) {
    payload: updateImage(input: $input) { hiddenMembers { memberId } image { id } userErrors { code } }
  }`;
  const held = { members: { [id]: { rows: [makeMember(1, 'a')], errors: [] } } };
  const hidden = [{ memberId: 'a' }];

  it.each([
    [{ visibility: 'PRIVATE' }, hidden],
    [{ visibility: 'COMMUNITY', name: 'x' }, hidden],
    [{ visibility: 'SHARED' }, []],
    [{ name: 'x', visibility: null }, []],
    [{ name: 'x' }, []],
  ])('lists the members before it only if the change %j may hide them', async (changes, hiddenMembers) => {
    const { client, update, context } = start(undefined, held);
    const { data, errors } = await ask(context, document, { input: { imageId: id, ...changes } });
    expect({ data, errors }).toEqual({
      data: { payload: { hiddenMembers, image: { id }, userErrors: [] } },
      errors: [],
    });
    expect(client.calls).toEqual(hiddenMembers.length > 0 ? ['listMembers #1', 'updateImage #1'] : ['updateImage #1']);
    const given = Object.entries(changes).filter(([, value]) => value !== null);
    expect(update).toHaveBeenCalledExactlyOnceWith(id, Object.fromEntries(given));
  });

  it('lists no members if they are not selected', async () => {
    const { client, context } = start(undefined, held);
    const bare = 'mutation ($input: UpdateImageInput!) { updateImage(input: $input) { userErrors { code } } }';
    await ask(context, bare, { input: { imageId: id, visibility: 'PRIVATE' } });
    expect(client.calls).toEqual(['updateImage #1']);
  });

  it('does not know the hidden members if they cannot be listed, or the image is not seen before', async () => {
    const fail = (call: string) => (call.startsWith('listMembers') ? failure(500) : undefined);
    for (const { context } of [start(undefined, { fail }), start(undefined, { members: {} })]) {
      const { data, errors } = await ask(context, document, { input: { imageId: id, visibility: 'PRIVATE' } });
      expect({ data, errors }).toEqual({
        data: { payload: { hiddenMembers: null, image: { id }, userErrors: [] } },
        errors: [],
      });
    }
  });

  it.each([
    ['the token is refused', new UpstreamError('UNAUTHENTICATED', 'no', { status: 401 })],
    ['of a bug', new TypeError('a bug')],
  ])('changes nothing if the members cannot be listed because %s', async (_why, error) => {
    const { client, context } = start(undefined, { fail: () => error });
    const { data, errors } = await ask(context, document, { input: { imageId: id, visibility: 'PRIVATE' } });
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ path: ['payload'], message: error.message }]);
    expect(client.calls).toEqual(['listMembers #1']);
  });

  const incomplete = { members: { [id]: { rows: [makeMember(1, 'a')], errors: [failure(200)] } } };

  it('reports the members that it could not read, once the change is done', async () => {
    const { context } = start(undefined, incomplete);
    const { data, errors } = await ask(context, document, { input: { imageId: id, visibility: 'PRIVATE' } });
    expect(data).toMatchObject({ payload: { hiddenMembers: hidden } });
    expect(errors).toMatchObject([{ path: ['payload', 'hiddenMembers'], message: 'failed with 200' }]);
  });

  it('hides no members if it is refused, and has the image if it can be seen', async () => {
    const { context } = start(failure(403), incomplete);
    const { data, errors } = await ask(context, document, { input: { imageId: id, visibility: 'PRIVATE' } });
    const payload = { hiddenMembers: null, image: { id }, userErrors: [{ code: 'NOT_IMAGE_OWNER' }] };
    expect({ data, errors }).toEqual({ data: { payload }, errors: [] });
  });

  it('lists the members before it also if a fragment selects them', async () => {
    const { context } = start(undefined, held);
    const withFragment = `mutation ($input: UpdateImageInput!) { payload: updateImage(input: $input) { ...hidden } }
      fragment hidden on UpdateImagePayload { hiddenMembers { memberId } }`;
    const { data } = await ask(context, withFragment, { input: { imageId: id, visibility: 'PRIVATE' } });
    expect(data).toEqual({ payload: { hiddenMembers: hidden } });
  });

  it.each([
    ['the value', { imageId: id }],
    ['the id', { imageId: '..', name: 'x' }],
  ])('has no image if %s is invalid', async (_what, input) => {
    const { client, context } = start();
    const { data } = await ask(context, document, { input });
    expect(data).toEqual({ payload: { hiddenMembers: null, image: null, userErrors: [{ code: 'INVALID_INPUT' }] } });
    expect(client.calls).toEqual([]);
  });
});
