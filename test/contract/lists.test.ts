import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, databases } from './cloud.ts';
import { codes, find } from './operations.ts';
import { type NewImage, openStage, type Stage } from './stage.ts';

describe('a filter on all kinds of images', () => {
  const hidden = { os_hidden: true };
  const kinds = {
    ownPrivate: { owner: 'consumerA', visibility: 'private' },
    ownShared: { owner: 'consumerA', members: { consumerB: 'accepted' } },
    ownCommunity: { owner: 'consumerA', visibility: 'community' },
    ownHidden: { owner: 'consumerA', attributes: hidden },
    private: { visibility: 'private' },
    sharedWithNobody: {},
    pending: { members: { consumerA: 'pending' } },
    accepted: { members: { consumerA: 'accepted', consumerB: 'pending' } },
    rejected: { members: { consumerA: 'rejected' } },
    pendingHidden: { members: { consumerA: 'pending' }, attributes: hidden },
    acceptedHidden: { members: { consumerA: 'accepted' }, attributes: hidden },
    community: { visibility: 'community' },
    communityHidden: { visibility: 'community', attributes: hidden },
    public: { visibility: 'public' },
    publicHidden: { visibility: 'public', attributes: hidden },
    sharedWithAnother: { members: { consumerB: 'accepted' } },
    deactivated: { members: { consumerA: 'accepted' }, status: 'deactivated' },
    wasShared: { members: { consumerA: 'accepted' }, visibility: 'private' },
    removed: { members: { consumerA: 'accepted' } },
    deleted: { members: { consumerA: 'accepted' } },
  } as const satisfies Readonly<Record<string, NewImage>>;
  type Kind = keyof typeof kinds;

  let stage: Stage;
  const kindOf = new Map<string, Kind>();

  beforeAll(async () => {
    stage = await openStage();
    for (const [kind, image] of Object.entries(kinds) as [Kind, NewImage][]) {
      const id = await stage.image(image);
      kindOf.set(id, kind);
      if (kind === 'removed') await stage.unshare(id, stage.cloud.projects.consumerA);
      if (kind === 'deleted') await stage.delete(id);
    }
  });

  afterAll(() => stage[Symbol.asyncDispose]());

  const visible: Kind[] = (Object.keys(kinds) as Kind[]).filter((kind) => !/Hidden|deleted/.test(kind));
  const anything = { visibility: 'ALL', memberStatus: 'ALL' };

  it.each<{ readonly caller: Caller; readonly filter: object; readonly gets: readonly Kind[] }>([
    {
      caller: 'consumerA',
      filter: {},
      gets: ['ownPrivate', 'ownShared', 'ownCommunity', 'accepted', 'deactivated', 'public'],
    },
    {
      caller: 'consumerA',
      filter: { memberStatus: 'ALL' },
      gets: ['ownPrivate', 'ownShared', 'ownCommunity', 'accepted', 'deactivated', 'public', 'pending', 'rejected'],
    },
    {
      caller: 'consumerA',
      filter: { memberStatus: 'PENDING' },
      gets: ['ownPrivate', 'ownShared', 'ownCommunity', 'pending', 'public'],
    },
    {
      caller: 'consumerA',
      filter: { memberStatus: 'ACCEPTED' },
      gets: ['ownPrivate', 'ownShared', 'ownCommunity', 'accepted', 'deactivated', 'public'],
    },
    {
      caller: 'consumerA',
      filter: { memberStatus: 'REJECTED' },
      gets: ['ownPrivate', 'ownShared', 'ownCommunity', 'rejected', 'public'],
    },
    { caller: 'consumerA', filter: { visibility: 'SHARED' }, gets: ['ownShared', 'accepted', 'deactivated'] },
    {
      caller: 'consumerA',
      filter: { visibility: 'SHARED', memberStatus: 'ALL' },
      gets: ['ownShared', 'accepted', 'deactivated', 'pending', 'rejected'],
    },
    {
      caller: 'consumerA',
      filter: { visibility: 'SHARED', memberStatus: 'PENDING' },
      gets: ['ownShared', 'pending'],
    },
    {
      caller: 'consumerA',
      filter: { visibility: 'SHARED', memberStatus: 'REJECTED' },
      gets: ['ownShared', 'rejected'],
    },
    { caller: 'consumerA', filter: { visibility: 'PRIVATE' }, gets: ['ownPrivate'] },
    { caller: 'consumerA', filter: { visibility: 'PUBLIC' }, gets: ['public'] },
    { caller: 'consumerA', filter: { visibility: 'COMMUNITY' }, gets: ['ownCommunity', 'community'] },
    {
      caller: 'consumerA',
      filter: { visibility: 'ALL' },
      gets: ['ownPrivate', 'ownShared', 'ownCommunity', 'accepted', 'deactivated', 'community', 'public'],
    },
    {
      caller: 'consumerA',
      filter: anything,
      gets: [
        ...(['ownPrivate', 'ownShared', 'ownCommunity', 'accepted', 'deactivated', 'community', 'public'] as const),
        ...(['pending', 'rejected'] as const),
      ],
    },
    { caller: 'consumerA', filter: { hidden: true }, gets: ['ownHidden', 'acceptedHidden', 'publicHidden'] },
    {
      caller: 'consumerA',
      filter: { ...anything, hidden: true },
      gets: ['ownHidden', 'pendingHidden', 'acceptedHidden', 'communityHidden', 'publicHidden'],
    },
    {
      caller: 'consumerA',
      filter: { hidden: true, visibility: 'SHARED', memberStatus: 'PENDING' },
      gets: ['ownHidden', 'pendingHidden'],
    },
    { caller: 'consumerA', filter: { hidden: false, visibility: 'PRIVATE' }, gets: ['ownPrivate'] },
    { caller: 'consumerA', filter: { hidden: null, visibility: null, memberStatus: null, status: 'ACTIVE' }, gets: [] },
    { caller: 'consumerA', filter: { status: 'DEACTIVATED' }, gets: ['deactivated'] },
    {
      caller: 'consumerAReader',
      filter: {},
      gets: ['ownPrivate', 'ownShared', 'ownCommunity', 'accepted', 'deactivated', 'public'],
    },
    {
      caller: 'consumerB',
      filter: { memberStatus: 'ALL' },
      gets: ['public', 'ownShared', 'accepted', 'sharedWithAnother'],
    },
    { caller: 'stranger', filter: {}, gets: ['public'] },
    { caller: 'stranger', filter: anything, gets: ['public', 'community', 'ownCommunity'] },
    { caller: 'stranger', filter: { visibility: 'PRIVATE' }, gets: [] },
    {
      caller: 'producer',
      filter: {},
      gets: visible.filter((kind) => !kind.startsWith('own')),
    },
    {
      caller: 'producer',
      filter: { memberStatus: 'REJECTED' },
      gets: visible.filter((kind) => !kind.startsWith('own')),
    },
    { caller: 'admin', filter: anything, gets: visible },
    { caller: 'admin', filter: {}, gets: visible.filter((kind) => kind !== 'community' && kind !== 'ownCommunity') },
  ])('returns $gets to $caller for $filter', async ({ caller, filter, gets }) => {
    const found = (await find(stage, caller, filter)).map((id) => kindOf.get(id));
    expect(found.sort()).toEqual([...gets].sort());
  });

  it('filters by another owner’s id, combined with all other conditions', async () => {
    const owner = stage.cloud.projects.producer;
    const names = async (filter: object): Promise<(Kind | undefined)[]> =>
      (await find(stage, 'consumerA', filter)).map((id) => kindOf.get(id)).sort();
    expect(await names({ owner })).toEqual(['accepted', 'deactivated', 'public']);
    expect(await names({ owner, visibility: 'SHARED', memberStatus: 'PENDING' })).toEqual(['pending']);
    expect(await names({ owner: `in:${owner}` })).toEqual([]);
    expect(await names({ owner: stage.cloud.projects.stranger })).toEqual([]);
  });

  it.each(['expired', 'bad', 'nobody'] as const)('returns no list for a token that is %s', async (caller) => {
    const answer = await stage.ask(caller, '{ images { nodes { id } } }');
    expect(answer.data).toEqual({ images: null });
    expect(codes(answer)).toEqual(['UNAUTHENTICATED']);
  });
});

describe('a name', () => {
  it.each([
    'Ubuntu: 22.04',
    'in:a,b',
    'eq:in:a',
    'neq:x',
    'a,b',
    '"quoted"',
    `one " of them`,
    "it's",
    '100% & more?',
    'a+b=c#d;e',
    ' spaces  around ',
    'Ünïcode 日本',
    'back\\slash/slash',
    '%_',
  ])('matches only as a whole and in its exact spelling: %j', async (name) => {
    await using stage = await openStage();
    const imageId = await stage.image({ attributes: { name } });
    await stage.image({ attributes: { name: `${name}2` } });
    await stage.image({ attributes: { name: 'a' } });
    expect(await find(stage, 'producer', { name })).toEqual([imageId]);
  });

  it('without a matching image finds none', async () => {
    await using stage = await openStage();
    await stage.image();
    for (const name of ['no such name', stage.tag.slice(0, -1), '%']) {
      expect(await find(stage, 'producer', { name })).toEqual([]);
    }
  });
});

it.each(databases())(
  'on %s, names and tags match another spelling if the database treats them as equal',
  async (database) => {
    await using stage = await openStage({ database });
    const imageId = await stage.image();
    const found = stage.cloud.database === 'mariadb' ? [imageId] : [];
    expect(await find(stage, 'producer', { name: stage.tag.toUpperCase() })).toEqual(found);
    expect(await find(stage, 'producer', { tag: stage.tag.toUpperCase() })).toEqual(found);
  },
);

describe('a tag', () => {
  it.each(['with spaces in it', 'in:a,b', 'a,b', '"quoted"', 'Ünïcode', 'a&b=c'])(
    'matches as a whole: %j',
    async (suffix) => {
      await using stage = await openStage();
      const tag = `${suffix} ${stage.tag}`;
      const imageId = await stage.image({ attributes: { tags: [tag, 'other'] } });
      await stage.image();
      expect(await find(stage, 'producer', { tag })).toEqual([imageId]);
    },
  );
});

it('filters by status, formats and protection', async () => {
  await using stage = await openStage();
  const queued = await stage.image({ attributes: { disk_format: 'qcow2', container_format: 'ovf' } });
  const active = await stage.image({ status: 'active', attributes: { disk_format: 'iso', protected: true } });
  const by = (filter: object) => find(stage, 'producer', filter);
  expect(await by({ status: 'QUEUED' })).toEqual([queued]);
  expect(await by({ status: 'ACTIVE' })).toEqual([active]);
  expect(await by({ status: 'KILLED' })).toEqual([]);
  expect(await by({ diskFormat: 'qcow2' })).toEqual([queued]);
  expect(await by({ diskFormat: 'in:qcow2,iso' })).toEqual([]);
  expect(await by({ containerFormat: 'bare' })).toEqual([active]);
  expect(await by({ containerFormat: 'ovf', diskFormat: 'iso' })).toEqual([]);
  expect(await by({ protected: true })).toEqual([active]);
  expect(await by({ protected: false })).toEqual([queued]);
});

describe('the order of a list', () => {
  const first: NewImage = {
    attributes: { name: 'b', disk_format: 'iso', container_format: 'ovf' },
    status: 'active',
    data: 'long data',
  };
  const second: NewImage = {
    attributes: { name: 'c', disk_format: 'raw', container_format: 'bare' },
    status: 'deactivated',
    data: 'data',
  };
  const third: NewImage = { attributes: { name: 'a', disk_format: 'qcow2', container_format: 'docker' } };

  it.each([
    { field: 'NAME', ascending: ['third', 'first', 'second'] },
    { field: 'STATUS', ascending: ['first', 'second', 'third'] },
    { field: 'DISK_FORMAT', ascending: ['first', 'third', 'second'] },
    { field: 'CONTAINER_FORMAT', ascending: ['second', 'third', 'first'] },
    { field: 'SIZE', ascending: ['third', 'second', 'first'] },
    { field: 'CREATED_AT', ascending: ['first', 'second', 'third'] },
    { field: 'UPDATED_AT', ascending: ['second', 'third', 'first'] },
  ])('by $field is $ascending, and reversed by default', async ({ field, ascending }) => {
    await using stage = await openStage();
    const ids = [await stage.image(first), await stage.image(second)];
    await stage.nextTime();
    ids.push(await stage.image(third));
    await stage.nextTime();
    await stage.change(ids[0] ?? '', { min_ram: 1 });
    const by = async (orderBy: object): Promise<string[]> =>
      (await find(stage, 'producer', {}, orderBy)).map((id) => ['first', 'second', 'third'][ids.indexOf(id)] ?? id);
    expect(await by({ field, direction: 'ASC' })).toEqual(ascending);
    expect(await by({ field, direction: 'DESC' })).toEqual(ascending.toReversed());
    expect(await by({ field })).toEqual(ascending.toReversed());
  });

  it('by id compares ids as strings', async () => {
    await using stage = await openStage();
    const ids = [await stage.image(), await stage.image(), await stage.image(), await stage.image()].sort();
    expect(await find(stage, 'producer', {}, { field: 'ID', direction: 'ASC' })).toEqual(ids);
    expect(await find(stage, 'producer', {}, { field: 'ID', direction: 'DESC' })).toEqual(ids.toReversed());
  });

  it('puts the newest first by default', async () => {
    await using stage = await openStage();
    const ids = [await stage.image(), await stage.image(), await stage.image()];
    expect(await find(stage, 'producer')).toEqual(ids.toReversed());
  });
});
