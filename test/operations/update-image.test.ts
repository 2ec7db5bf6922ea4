import { describe, expect, it } from 'vitest';
import { imageId, projects, startSharing } from '../support/sharing.ts';

const update = `mutation ($input: UpdateImageInput!) {
  payload: updateImage(input: $input) {
    image { id name visibility osHidden protected tags members { memberId } }
    userErrors { code message field }
  }
}`;
const hide = `mutation ($input: UpdateImageInput!) {
  payload: updateImage(input: $input) { hiddenMembers { memberId status } userErrors { code } }
}`;

describe('updateImage', () => {
  it('changes only the given attributes with one call, and returns its answer', async () => {
    await using sharing = await startSharing();
    sharing.image(1, { tags: ['old'], protected: true }, { a: 'accepted' });
    const { data, errors } = await sharing.query('producer', update, {
      input: { imageId: imageId(1), name: 'Ubuntu', osHidden: true, protected: null, tags: ['b', 'a', 'b'] },
    });
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      payload: {
        image: { id: imageId(1), name: 'Ubuntu', visibility: 'SHARED', osHidden: true, protected: true },
        userErrors: [],
      },
    });
    const { image } = (data as { payload: { image: { tags: string[]; members: unknown[] } } }).payload;
    expect([...image.tags].sort()).toEqual(['a', 'b']);
    expect(image.members).toHaveLength(1);
    expect(sharing.calls()).toEqual(['PATCH /images/#1', 'GET /images/#1/members']);
  });

  it('returns the members that it hides, which return when the image is shared again', async () => {
    await using sharing = await startSharing();
    sharing.image(1, {}, { a: 'accepted', b: 'pending' });
    const members = [
      { memberId: projects.a, status: 'ACCEPTED' },
      { memberId: projects.b, status: 'PENDING' },
    ];
    const hidden = await sharing.query('producer', hide, { input: { imageId: imageId(1), visibility: 'PRIVATE' } });
    expect(hidden.data).toEqual({ payload: { hiddenMembers: members, userErrors: [] } });
    const still = await sharing.query('producer', hide, { input: { imageId: imageId(1), visibility: 'COMMUNITY' } });
    expect(still.data).toEqual({ payload: { hiddenMembers: [], userErrors: [] } });
    sharing.calls();
    const shared = await sharing.query('producer', update, { input: { imageId: imageId(1), visibility: 'SHARED' } });
    expect(shared.data).toMatchObject({
      payload: { image: { visibility: 'SHARED', members: [{ memberId: projects.a }, { memberId: projects.b }] } },
    });
    expect(sharing.calls()).toEqual(['PATCH /images/#1', 'GET /images/#1/members']);
  });

  it.each([
    ['a', 'NOT_IMAGE_OWNER', ['input', 'imageId'], { name: 'x' }],
    ['stranger', 'NOT_FOUND', ['input', 'imageId'], { visibility: 'PRIVATE' }],
    ['producer', 'VISIBILITY_NOT_ALLOWED', ['input', 'visibility'], { visibility: 'PUBLIC', name: 'x' }],
    ['producer', 'INVALID_INPUT', ['input'], {}],
    ['producer', 'INVALID_INPUT', ['input'], { name: null }],
    ['producer', 'INVALID_INPUT', ['input', 'name'], { name: 'x'.repeat(256) }],
    ['producer', 'INVALID_INPUT', ['input', 'name'], { name: 'half \ud800' }],
    ['producer', 'INVALID_INPUT', ['input', 'name'], { name: '😀' }],
    ['producer', 'INVALID_INPUT', ['input', 'tags'], { name: 'x', tags: ['😀'] }],
    ['producer', 'INVALID_INPUT', ['input', 'tags'], { tags: ['ok', 'x'.repeat(256)] }],
    ['producer', 'INVALID_INPUT', ['input', 'tags'], { tags: Array.from({ length: 129 }, (_, i) => `t${i}`) }],
    ['producer', 'INVALID_INPUT', ['input', 'imageId'], { imageId: '..', name: 'x' }],
  ] as const)('is refused to %s with %s at %j, and changes nothing (case %#)', async (name, code, field, given) => {
    await using sharing = await startSharing();
    sharing.image(1, {}, { a: 'accepted' });
    const before = sharing.world.images.get(imageId(1))?.updatedAt;
    const input = { imageId: imageId(1), ...given };
    const { data, errors } = await sharing.query(name, update, { input });
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ payload: { userErrors: [{ code, field }] } });
    expect(sharing.world.images.get(imageId(1))?.updatedAt).toEqual(before);
    const hidden = await sharing.query(name, hide, { input });
    expect(hidden.data).toEqual({ payload: { hiddenMembers: null, userErrors: [{ code }] } });
  });

  it('reads the image back if the answer to a change was lost', async () => {
    let lost = 0;
    await using sharing = await startSharing({
      intercept: ({ method }) =>
        method !== 'PATCH'
          ? undefined
          : async (response, forward) => {
              if (lost++ === 0) await forward();
              response.destroy();
            },
    });
    sharing.image(1);
    const input = { imageId: imageId(1), name: 'new', visibility: 'PRIVATE', osHidden: false, tags: ['x', 'y', 'x'] };
    const done = await sharing.query('producer', update, { input });
    expect(done.errors).toBeUndefined();
    expect(done.data).toMatchObject({ payload: { image: { name: 'new', visibility: 'PRIVATE' }, userErrors: [] } });
    for (const given of [
      { name: 'newer' },
      { tags: ['x'] },
      { tags: ['x', 'y', 'z'] },
      { visibility: 'SHARED' },
      { name: 'new', visibility: 'SHARED' },
    ]) {
      const unknown = await sharing.query('producer', update, { input: { imageId: imageId(1), ...given } });
      expect(unknown.errors).toMatchObject([{ extensions: { outcome: 'UNKNOWN' } }]);
    }
  });

  it('is done if the image that is read back has other tags, and the change names none', async () => {
    await using sharing = await startSharing({
      intercept: ({ method }) => (method === 'PATCH' ? { status: 502 } : undefined),
    });
    sharing.image(1, { name: 'new', tags: ['old'] });
    const { data } = await sharing.query('producer', update, { input: { imageId: imageId(1), name: 'new' } });
    expect(data).toMatchObject({ payload: { image: { name: 'new', tags: ['old'] }, userErrors: [] } });
  });

  it('is RATE_LIMITED if upstream limits the rate', async () => {
    await using sharing = await startSharing({
      intercept: ({ method }) => (method === 'PATCH' ? { status: 429 } : undefined),
    });
    sharing.image(1);
    const { errors } = await sharing.query('producer', update, { input: { imageId: imageId(1), name: 'x' } });
    expect(errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
  });
});

describe('createImageMembers with "makeShared"', () => {
  const share = `mutation ($input: CreateImageMembersInput!) {
    payload: createImageMembers(input: $input) {
      imageChanges { imageId outcome image { visibility } userErrors { code field } }
      changes { outcome userErrors { code } }
      userErrors { code }
    }
  }`;

  it('makes private images SHARED first, and reports the change of each image', async () => {
    await using sharing = await startSharing();
    sharing.image(1, { visibility: 'private' });
    sharing.image(2, { visibility: 'shared' });
    sharing.image(3, { visibility: 'community' });
    sharing.image(5, { owner: projects.stranger }, { producer: 'accepted' });
    const { data, errors } = await sharing.query('producer', share, {
      input: { imageIds: [...[1, 2, 3, 4, 5].map(imageId), '..'], memberIds: [projects.a], makeShared: true },
    });
    expect(errors).toBeUndefined();
    const field = ['input', 'imageIds'];
    expect(data).toEqual({
      payload: {
        imageChanges: [
          { imageId: imageId(1), outcome: 'DONE', image: { visibility: 'SHARED' }, userErrors: [] },
          { imageId: imageId(2), outcome: 'UNCHANGED', image: { visibility: 'SHARED' }, userErrors: [] },
          {
            imageId: imageId(3),
            outcome: 'REFUSED',
            image: { visibility: 'COMMUNITY' },
            userErrors: [{ code: 'IMAGE_NOT_SHARED', field }],
          },
          { imageId: imageId(4), outcome: 'REFUSED', image: null, userErrors: [{ code: 'NOT_FOUND', field }] },
          { imageId: imageId(5), outcome: 'UNCHANGED', image: { visibility: 'SHARED' }, userErrors: [] },
          { imageId: '..', outcome: 'REFUSED', image: null, userErrors: [{ code: 'INVALID_INPUT', field }] },
        ],
        changes: [
          { outcome: 'DONE', userErrors: [] },
          { outcome: 'DONE', userErrors: [] },
          { outcome: 'REFUSED', userErrors: [{ code: 'IMAGE_NOT_SHARED' }] },
          { outcome: 'REFUSED', userErrors: [{ code: 'NOT_FOUND' }] },
          { outcome: 'REFUSED', userErrors: [{ code: 'NOT_IMAGE_OWNER' }] },
          { outcome: 'REFUSED', userErrors: [{ code: 'INVALID_INPUT' }] },
        ],
        userErrors: [],
      },
    });
    expect(sharing.calls().filter((call) => call.startsWith('PATCH'))).toEqual(['PATCH /images/#1']);
  });

  it('costs one call for each image that it makes SHARED, and one to look them up', async () => {
    await using sharing = await startSharing();
    for (const number of [1, 2, 3]) sharing.image(number, { visibility: number === 3 ? 'shared' : 'private' });
    const input = { imageIds: [1, 2, 3].map(imageId), memberIds: [projects.a], makeShared: true };
    const brief = `mutation ($input: CreateImageMembersInput!) { createImageMembers(input: $input) { imageChanges { outcome } } }`;
    await sharing.query('producer', brief, { input });
    expect(sharing.calls().map((call) => call.replace(/\?.*/, ''))).toEqual([
      'GET /images',
      'PATCH /images/#1',
      'PATCH /images/#2',
      'POST /images/#1/members',
      'POST /images/#2/members',
      'POST /images/#3/members',
    ]);
  });

  it('reports a failure for one image at its row, and still has rows for its pairs', async () => {
    await using sharing = await startSharing({
      intercept: ({ method, target }) => (method === 'PATCH' && target.includes('0001') ? { status: 429 } : undefined),
    });
    for (const number of [1, 2]) sharing.image(number, { visibility: 'private' });
    const { data, errors } = await sharing.query('producer', share, {
      input: { imageIds: [1, 2].map(imageId), memberIds: [projects.a], makeShared: true },
    });
    expect(errors).toMatchObject([{ path: ['payload', 'imageChanges', 0], extensions: { code: 'RATE_LIMITED' } }]);
    expect(data).toMatchObject({
      payload: {
        imageChanges: [{ outcome: 'FAILED' }, { outcome: 'DONE' }],
        changes: [{ outcome: 'REFUSED', userErrors: [{ code: 'IMAGE_NOT_SHARED' }] }, { outcome: 'DONE' }],
      },
    });
  });

  it('changes no image if it is not set', async () => {
    await using sharing = await startSharing();
    sharing.image(1, { visibility: 'private' });
    for (const makeShared of [undefined, false]) {
      const input = { imageIds: [imageId(1)], memberIds: [projects.a], makeShared };
      const { data } = await sharing.query('producer', share, { input });
      expect(data).toMatchObject({ payload: { imageChanges: [], changes: [{ outcome: 'REFUSED' }] } });
    }
    expect(sharing.calls().filter((call) => call.startsWith('PATCH'))).toEqual([]);
  });
});
