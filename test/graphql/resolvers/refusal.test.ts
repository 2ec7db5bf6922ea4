import { describe, expect, it } from 'vitest';
import { UpstreamError } from '../../../src/errors.ts';
import {
  explainRefusal,
  imageNotShared,
  invalidInput,
  refuseId,
  refuseIds,
  type Write,
} from '../../../src/graphql/resolvers/refusal.ts';
import { contextOf } from '../../support/ask.ts';
import { FakeImages, failure, makeImage } from '../../support/fake-images.ts';
import { imageId } from '../../support/image-id.ts';

const id = imageId(1);
const key = { imageId: id, memberId: 'a' };
const inputImage = ['input', 'imageId'];
const inputMember = ['input', 'memberId'];

/** Explains a refusal of a write to member `a` of the image; null: the token cannot see it. */
function explain(error: unknown, write: Write, image: ReturnType<typeof makeImage> | Error | null = makeImage(1)) {
  const client = new FakeImages({
    images: image === null || image instanceof Error ? [] : [image],
    fail: () => (image instanceof Error ? image : undefined),
  });
  return { client, explained: explainRefusal(error, write, key, contextOf(client)) };
}

const noImage = {
  code: 'NOT_FOUND',
  message: `There is no image ${id}, or this token may not see it.`,
  field: inputImage,
};
const noMember = {
  code: 'NOT_FOUND',
  message: `There is no member a of image ${id}, or this token may not see the image or the member.`,
  field: null,
};
const noOwnMember = {
  ...noMember,
  message: `${noMember.message} Only a member can set its status, with a token of its own project.`,
};
const ownersOnly = `Only the project that owns image ${id} can add or remove members, with a token that has permission.`;

describe('the user error for a write to a member that upstream refused', () => {
  it.each([
    [400, 'create', 'INVALID_INPUT', 'The Images API does not accept "a" as a member.', inputMember],
    [409, 'create', 'ALREADY_MEMBER', `a is already a member of image ${id}.`, inputMember],
    [
      413,
      'create',
      'MEMBER_LIMIT_EXCEEDED',
      `Image ${id} has as many members as this cloud allows. Remove one first.`,
      inputImage,
    ],
    [404, 'create', noImage.code, noImage.message, noImage.field],
    [404, 'delete', noMember.code, noMember.message, noMember.field],
    [404, 'update', noOwnMember.code, noOwnMember.message, noOwnMember.field],
  ] as const)('after status %i to %s is %s, without a call', async (status, write, code, message, field) => {
    const { client, explained } = explain(failure(status), write);
    expect(await explained).toEqual({ code, message, field });
    expect(client.calls).toEqual([]);
  });

  it.each([
    ['the image is not visible', 'create', null, noImage],
    ['the image is not visible', 'delete', null, noMember],
    ['the image is not visible', 'update', null, noOwnMember],
    [
      'the image is private',
      'create',
      makeImage(1, { visibility: 'private' }),
      {
        code: 'IMAGE_NOT_SHARED',
        message: `Image ${id} is PRIVATE; its members can be changed only while it is SHARED. Its owner can make it SHARED.`,
        field: inputImage,
      },
    ],
    [
      'the image is of another project',
      'create',
      makeImage(1, { owner: 'o' }),
      { code: 'NOT_IMAGE_OWNER', message: ownersOnly, field: inputImage },
    ],
    [
      'the image is of another project',
      'delete',
      makeImage(1, { owner: 'a' }),
      {
        code: 'NOT_IMAGE_OWNER',
        message: `${ownersOnly} A member that does not want the image can set its own status to REJECTED.`,
        field: inputImage,
      },
    ],
    [
      'the member is another project',
      'update',
      makeImage(1, { owner: 'o' }),
      {
        code: 'NOT_IMAGE_MEMBER',
        message:
          `Only a itself can set its member status in image ${id}, with a token of its own project; ` +
          "the image's owner cannot do it for the consumer.",
        field: inputMember,
      },
    ],
    [
      'the image has no owner',
      'update',
      makeImage(1, { owner: null }),
      { code: 'NOT_IMAGE_MEMBER', message: expect.stringContaining('Only a itself'), field: inputMember },
    ],
    [
      'the member owns the image',
      'update',
      makeImage(1, { owner: 'a' }),
      {
        code: 'NOT_IMAGE_MEMBER',
        message: `The member status in image ${id} was not changed: project a owns the image, and an owner cannot accept or reject it.`,
        field: inputMember,
      },
    ],
  ] as const)(
    'after status 403 says that %s (%s), and reads the image for it',
    async (_why, write, image, expected) => {
      const { client, explained } = explain(failure(403), write, image);
      expect(await explained).toEqual(expected);
      expect(client.calls).toEqual(['getImage #1']);
    },
  );

  it('is none if the image cannot be read: the refusal is passed on', async () => {
    const error = failure(403);
    await expect(explain(error, 'create', failure(500)).explained).rejects.toBe(error);
  });

  it.each([
    failure(500),
    new UpstreamError('RATE_LIMITED', 'slow down', { status: 413 }),
    Object.assign(new TypeError('a bug'), { status: 400 }),
  ])('is none for another failure, which is passed on: %s', async (error) => {
    await expect(explain(error, 'create').explained).rejects.toBe(error);
  });
});

describe('an input', () => {
  it('with unusable ids is refused at each of them', () => {
    expect(refuseIds(key)).toEqual([]);
    expect(refuseIds({ imageId: '..', memberId: '' })).toEqual([
      {
        code: 'INVALID_INPUT',
        message: '"imageId" is a dot segment, so it cannot be used as an id.',
        field: inputImage,
      },
      { code: 'INVALID_INPUT', message: '"memberId" is empty, so it cannot be used as an id.', field: inputMember },
    ]);
  });

  it('with an id that cannot be addressed is refused, unless another rule allows it', () => {
    expect(refuseId('memberId', 'é')).toMatchObject([{ code: 'INVALID_INPUT', field: inputMember }]);
    expect(refuseId('memberId', 'é', () => null)).toEqual([]);
  });

  it('that is invalid as a whole is refused at the input', () => {
    expect(invalidInput('no')).toEqual({ code: 'INVALID_INPUT', message: 'no', field: ['input'] });
  });

  it('for an image that is not shared names its visibility', () => {
    expect(imageNotShared(makeImage(1, { visibility: 'public' })).message).toContain(`${id} is PUBLIC;`);
  });
});
