import { expect, it } from 'vitest';
import { UpstreamError } from '../../../src/errors.ts';
import { LoaderStats, Loaders } from '../../../src/graphql/data/loaders.ts';
import { deleteMember } from '../../../src/graphql/data/writes.ts';
import { FakeImages, failure, makeMember } from '../../support/fake-images.ts';
import { imageId } from '../../support/image-id.ts';

const key = { imageId: imageId(1), memberId: 'a' };

/** Removes a member of an image that the caller cannot see, and whose only other member it can list. */
function remove(fail: (call: string) => Error | undefined) {
  const client = new FakeImages({ members: { [key.imageId]: { rows: [makeMember(1, 'b')], errors: [] } }, fail });
  const removal = deleteMember(key, { client, loaders: new Loaders(client, new LoaderStats()), verifyRemovals: true });
  return { client, removal };
}

it('a member is removed even if it cannot be looked up before, unless that is a defect', async () => {
  const failingFirst = (error: Error) => {
    const errors = [error];
    return (call: string) => (call.startsWith('getMember') ? errors.pop() : undefined);
  };
  expect(await remove(failingFirst(failure(429))).removal).toEqual(key);
  const { client, removal } = remove(failingFirst(new TypeError('a defect')));
  await expect(removal).rejects.toThrow('a defect');
  expect(client.calls).not.toContain('deleteMember #1/a');
});

it('a removal without an answer has succeeded if all members can be listed, whether or not the image can be seen', async () => {
  const lost = new UpstreamError('UPSTREAM_TIMEOUT', 'no answer', { outcome: 'UNKNOWN' });
  expect(await remove((call) => (call.startsWith('deleteMember') ? lost : undefined)).removal).toEqual(key);
});
