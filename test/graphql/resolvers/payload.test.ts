import { expect, it } from 'vitest';
import { ask, contextOf } from '../../support/ask.ts';
import { FakeImages, failure, makeImage } from '../../support/fake-images.ts';
import { imageId } from '../../support/image-id.ts';

const id = imageId(1);

/** Makes a project a member. @returns the image of the payload, and the calls. */
async function write(imageId: string, selection: string, error?: Error) {
  const fail = (call: string) => (call.startsWith('createMember') ? error : undefined);
  const client = new FakeImages({ images: [makeImage(1, { name: 'one' })], fail });
  const { data, errors } = await ask(
    contextOf(client),
    `mutation ($input: CreateImageMemberInput!) {
      payload: createImageMember(input: $input) { image { ${selection} } userErrors { code } }
    }`,
    { input: { imageId, memberId: 'a' } },
  );
  expect(errors).toEqual([]);
  return { ...(data as { payload: { image: unknown } }).payload, calls: client.calls };
}

it.each([
  ['is not looked up after a write if only its key is selected', 'id', undefined, { id }, []],
  ['is looked up for other fields', 'name', undefined, { name: 'one' }, ['getImage #1']],
  ['is looked up after a refusal, which does not show that it exists', 'id', failure(403), { id }, ['getImage #1']],
] as const)('the image of a payload %s', async (_what, selection, error, image, calls) => {
  const written = await write(id, selection, error);
  expect(written.image).toEqual(image);
  expect(written.calls).toEqual(['createMember #1/a', ...calls]);
});

it('a payload has no image after a refusal if it cannot be seen', async () => {
  expect(await write(imageId(2), 'id', failure(404))).toMatchObject({
    image: null,
    userErrors: [{ code: 'NOT_FOUND' }],
  });
});

it('a payload has no image, and nothing is read, if its id is invalid', async () => {
  expect(await write('..', 'id')).toEqual({ image: null, userErrors: [{ code: 'INVALID_INPUT' }], calls: [] });
});
