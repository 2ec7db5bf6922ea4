import { describe, expect, it } from 'vitest';
import type { Caller } from './cloud.ts';
import { list, look } from './operations.ts';
import { openStage, type Stage } from './stage.ts';

interface Image {
  readonly name: string;
  readonly visibility: string;
  readonly osHidden: boolean;
  readonly protected: boolean;
  readonly tags: readonly string[];
}

interface Payload {
  readonly image: Image | null;
  readonly hiddenMembers: readonly { readonly memberId: string; readonly status: string }[] | null;
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] | null }[];
}

const document = `mutation ($input: UpdateImageInput!) {
  write: updateImage(input: $input) {
    image { name visibility osHidden protected tags } hiddenMembers { memberId status } userErrors { code field }
  }
}`;

async function update(stage: Stage, caller: Caller, imageId: string, changes: object): Promise<Payload | string> {
  const { data, errors } = await stage.ask(caller, document, { input: { imageId, ...changes } });
  if (errors.length > 0) return `error ${errors.map(({ extensions }) => extensions.code).join()}`;
  return (data as { write: Payload }).write;
}

/** The result of a change: the image's visibility, or the codes of user errors. */
async function judge(...request: Parameters<typeof update>): Promise<string> {
  const answer = await update(...request);
  if (typeof answer === 'string') return answer;
  const { userErrors, image } = answer;
  return userErrors.map(({ code, field }) => [code, field?.join('.')].join(' ')).join() || (image?.visibility ?? '');
}

describe('a change of an image', () => {
  it('sets the given attributes, and keeps all others', async () => {
    await using stage = await openStage();
    const imageId = await stage.image({ attributes: { os_hidden: false } });
    const changed = await update(stage, 'producer', imageId, {
      name: 'Ünïted: a, b',
      osHidden: true,
      protected: true,
      tags: ['b', 'a', 'b', 'c d', 'e/f'],
    });
    const { image, hiddenMembers, userErrors } = changed as Payload;
    expect({ ...image, tags: [...(image?.tags ?? [])].sort() }).toEqual({
      name: 'Ünïted: a, b',
      visibility: 'SHARED',
      osHidden: true,
      protected: true,
      tags: ['a', 'b', 'c d', 'e/f'],
    });
    expect([hiddenMembers, userErrors]).toEqual([[], []]);
    const cleared = (await update(stage, 'producer', imageId, { tags: [], protected: false, name: '' })) as Payload;
    expect(cleared.image).toMatchObject({ name: '', tags: [], protected: false, osHidden: true });
  });

  it('hides the members of an image that is no longer shared, and they return with their status', async () => {
    await using stage = await openStage();
    const imageId = await stage.image({ members: { consumerA: 'accepted', consumerB: 'pending' } });
    const { consumerA, consumerB } = stage.cloud.projects;
    const hidden = (await update(stage, 'producer', imageId, { visibility: 'PRIVATE' })) as Payload;
    expect(hidden.image?.visibility).toBe('PRIVATE');
    const byId = (a: { memberId: string }, b: { memberId: string }) => a.memberId.localeCompare(b.memberId);
    const members = [
      { memberId: consumerA, status: 'ACCEPTED' },
      { memberId: consumerB, status: 'PENDING' },
    ];
    expect([...(hidden.hiddenMembers ?? [])].sort(byId)).toEqual(members.sort(byId));
    expect(await list(stage, 'producer', imageId)).toEqual([]);
    expect(await look(stage, 'consumerA', imageId)).toBeNull();
    const community = (await update(stage, 'producer', imageId, { visibility: 'COMMUNITY' })) as Payload;
    expect(community).toMatchObject({ image: { visibility: 'COMMUNITY' }, hiddenMembers: [] });
    expect(await judge(stage, 'producer', imageId, { visibility: 'SHARED' })).toBe('SHARED');
    expect(await list(stage, 'producer', imageId)).toEqual(['consumerA ACCEPTED', 'consumerB PENDING']);
  });

  it.each<{ readonly caller: Caller; readonly name: string; readonly isPublic: string; readonly secure?: string }>([
    { caller: 'producer', name: 'SHARED', isPublic: 'VISIBILITY_NOT_ALLOWED input.visibility' },
    {
      caller: 'producerReader',
      name: 'SHARED',
      isPublic: 'VISIBILITY_NOT_ALLOWED input.visibility',
      secure: 'NOT_IMAGE_OWNER input.imageId',
    },
    {
      caller: 'consumerA',
      name: 'NOT_IMAGE_OWNER input.imageId',
      isPublic: 'VISIBILITY_NOT_ALLOWED input.visibility',
    },
    { caller: 'stranger', name: 'NOT_FOUND input.imageId', isPublic: 'NOT_FOUND input.imageId' },
    { caller: 'admin', name: 'SHARED', isPublic: 'PUBLIC' },
    { caller: 'expired', name: 'error UNAUTHENTICATED', isPublic: 'error UNAUTHENTICATED' },
    { caller: 'bad', name: 'error UNAUTHENTICATED', isPublic: 'error UNAUTHENTICATED' },
    { caller: 'nobody', name: 'error UNAUTHENTICATED', isPublic: 'error UNAUTHENTICATED' },
  ])('of its name by $caller is $name, and to public $isPublic', async ({ caller, name, isPublic, secure = name }) => {
    await using stage = await openStage();
    const imageId = await stage.image({ members: { consumerA: 'accepted' } });
    const expected = stage.cloud.policy === 'secure' ? secure : name;
    expect(await judge(stage, caller, imageId, { name: 'another' })).toBe(expected);
    expect(await judge(stage, caller, imageId, { visibility: 'PUBLIC' })).toBe(isPublic);
  });

  it.each<readonly [string, object]>([
    ['INVALID_INPUT input.name', { name: 'x'.repeat(256), osHidden: true }],
    ['INVALID_INPUT input.name', { name: '\u{1f600}', osHidden: true }],
    ['INVALID_INPUT input.name', { name: '\ud800', osHidden: true }],
    ['INVALID_INPUT input.tags', { tags: ['x'.repeat(256)], osHidden: true }],
    ['INVALID_INPUT input.tags', { tags: ['\u{1f600}'], osHidden: true }],
    ['INVALID_INPUT input.tags', { tags: ['\udfff'], osHidden: true }],
    ['INVALID_INPUT input.tags', { tags: Array.from({ length: 129 }, (_, index) => `tag ${index}`), osHidden: true }],
    ['INVALID_INPUT input', {}],
  ])('that the cloud cannot keep is %s, and changes nothing (case %#)', async (code, changes) => {
    await using stage = await openStage();
    const imageId = await stage.image();
    expect(await judge(stage, 'producer', imageId, changes)).toBe(code);
    const { data } = await stage.ask('producer', 'query ($id: ID!) { image(id: $id) { name osHidden tags } }', {
      id: imageId,
    });
    expect(data).toEqual({ image: { name: stage.tag, osHidden: false, tags: [stage.tag] } });
  });

  it('of an image that was deleted, or never existed, is refused', async () => {
    await using stage = await openStage();
    const imageId = await stage.image();
    await stage.delete(imageId);
    for (const id of [imageId, 'no-uuid']) {
      expect(await judge(stage, 'producer', id, { name: 'x' })).toBe('NOT_FOUND input.imageId');
    }
  });
});

describe('sharing with "makeShared"', () => {
  const share = `mutation ($input: CreateImageMembersInput!) {
    bulk: createImageMembers(input: $input) {
      imageChanges { outcome image { visibility } userErrors { code } } changes { outcome userErrors { code } }
    }
  }`;
  interface Row {
    readonly outcome: string;
    readonly image?: { readonly visibility: string } | null;
    readonly userErrors: readonly { readonly code: string }[];
  }
  const brief = ({ outcome, image, userErrors }: Row) =>
    [outcome, image?.visibility, ...userErrors.map(({ code }) => code)].filter(Boolean).join(' ');

  async function run(stage: Stage, caller: Caller, imageIds: readonly string[]) {
    const input = { imageIds, memberIds: [stage.cloud.projects.consumerB], makeShared: true };
    const { data, errors } = await stage.ask(caller, share, { input });
    expect(errors).toEqual([]);
    const { bulk } = data as { bulk: { imageChanges: readonly Row[]; changes: readonly Row[] } };
    return { images: bulk.imageChanges.map(brief), pairs: bulk.changes.map(brief) };
  }

  it('makes private images shareable, and leaves all others as they are', async () => {
    await using stage = await openStage();
    const imageIds = [
      await stage.image({ visibility: 'private', members: { consumerA: 'accepted' } }),
      await stage.image({ visibility: 'private', attributes: { os_hidden: true } }),
      await stage.image(),
      await stage.image({ visibility: 'community' }),
      await stage.image({ visibility: 'public' }),
      await stage.image({ owner: 'stranger', visibility: 'private' }),
      await stage.image({ owner: 'stranger', members: { producer: 'accepted' } }),
    ];
    expect(await run(stage, 'producer', imageIds)).toEqual({
      images: [
        'DONE SHARED',
        'DONE SHARED',
        'UNCHANGED SHARED',
        'REFUSED COMMUNITY IMAGE_NOT_SHARED',
        'REFUSED PUBLIC IMAGE_NOT_SHARED',
        'REFUSED NOT_FOUND',
        'UNCHANGED SHARED',
      ],
      pairs: [
        'DONE',
        'DONE',
        'DONE',
        'REFUSED IMAGE_NOT_SHARED',
        'REFUSED IMAGE_NOT_SHARED',
        'REFUSED NOT_FOUND',
        'REFUSED NOT_IMAGE_OWNER',
      ],
    });
    expect(await list(stage, 'producer', imageIds[0] ?? '')).toEqual(['consumerA ACCEPTED', 'consumerB PENDING']);
  });

  it('is done by a reader where the cloud lets readers write, and by an administrator for anyone', async () => {
    await using stage = await openStage();
    const may = stage.cloud.policy === 'legacy';
    const own = await stage.image({ visibility: 'private' });
    expect(await run(stage, 'producerReader', [own])).toEqual({
      images: [may ? 'DONE SHARED' : 'REFUSED PRIVATE NOT_IMAGE_OWNER'],
      pairs: [may ? 'DONE' : 'REFUSED IMAGE_NOT_SHARED'],
    });
    const another = await stage.image({ visibility: 'private' });
    expect(await run(stage, 'admin', [another])).toEqual({ images: ['DONE SHARED'], pairs: ['DONE'] });
  });
});
