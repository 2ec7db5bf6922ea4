import { expect, it, vi } from 'vitest';
import { findOwnProject } from '../../../src/graphql/data/own-project.ts';
import { FakeImages, failure, makeImage } from '../../support/fake-images.ts';

const invalid = failure(200);
const imageOf = (owner: string | null) => makeImage(1, { visibility: 'private', owner });

function find(images: readonly (ReturnType<typeof imageOf> | typeof invalid)[] | Error, isRefusedTasks = true) {
  const client = new FakeImages();
  const list = vi.spyOn(client, 'listImages');
  if (images instanceof Error) list.mockRejectedValue(images);
  else list.mockResolvedValue({ rows: images.map((image) => ({ id: 'i', image })), next: null } as never);
  const tasks = vi.spyOn(client, 'isRefusedTasks').mockResolvedValue(isRefusedTasks);
  return { found: findOwnProject(client), list, tasks };
}

it('an ordinary caller is of the project that owns its private images', async () => {
  const { found, list } = find([imageOf('p'), imageOf('p')]);
  expect(await found).toEqual({ id: 'p' });
  expect(list).toHaveBeenCalledExactlyOnceWith({ visibility: 'PRIVATE', limit: 20 });
});

it.each([
  ['no private image', []],
  ['an image without an owner', [imageOf(null)]],
  ['images of several projects', [imageOf('p'), imageOf('q')]],
  ['an image of a project and one that is invalid', [imageOf('p'), invalid]],
  ['an invalid image and one of a project', [invalid, imageOf('p')]],
  ['only an invalid image', [invalid]],
])('the project of a caller that sees %s is unknown, without another call', async (_what, images) => {
  const { found, tasks } = find(images);
  expect(await found).toBeNull();
  expect(tasks).not.toHaveBeenCalled();
});

it('the project of a caller that may see tasks is unknown, because it may be an administrator', async () => {
  expect(await find([imageOf('p')], false).found).toBeNull();
});

it('the project of a caller that may not list images is unknown', async () => {
  expect(await find(failure(403)).found).toBeNull();
});

it.each([failure(500), Object.assign(new TypeError('a bug'), { status: 403 })])(
  'another failure of the list is passed on: %s',
  async (error) => {
    await expect(find(error).found).rejects.toBe(error);
  },
);
