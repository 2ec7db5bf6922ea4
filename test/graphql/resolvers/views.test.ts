import { parse, subscribe } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { GatewayContext } from '../../../src/graphql/context.ts';
import { createInboxView, type InboxState, toInboxEvents } from '../../../src/graphql/resolvers/inbox-view.ts';
import { createSchema } from '../../../src/graphql/schema.ts';
import type { Change, View } from '../../../src/live/view.ts';
import type { ImageAttributes, MemberStatus } from '../../../src/upstream/model.ts';
import { contextOf } from '../../support/ask.ts';
import { failure, makeImage, makeMember } from '../../support/fake-images.ts';
import { imageId } from '../../support/image-id.ts';
import { ListedImages } from '../../support/listed-images.ts';

const all: readonly MemberStatus[] = ['PENDING', 'ACCEPTED', 'REJECTED'];
const idsOf = (images: readonly ImageAttributes[]): number[] => images.map(({ id }) => Number(id.slice(-12)));

/** What is shared with the caller, project a: the statuses by image number; images of its own have all of them. */
type Shared = Readonly<Record<number, MemberStatus | 'own'>>;

interface World {
  readonly shared: Shared;
  /** The images that upstream lists as shared; by default all of `shared`. */
  readonly listed?: readonly number[];
  /** The images in whose members the caller finds no row of its own. */
  readonly hidden?: readonly number[];
  readonly fail?: (call: string) => Error | undefined;
}

function makeClient({ shared, listed, hidden = [], fail = () => undefined }: World): ListedImages {
  const numbers = Object.keys(shared).map(Number);
  const images = numbers.map((number) => makeImage(number, { owner: shared[number] === 'own' ? 'a' : 'o' }));
  const statusesOf = (number: number) => {
    const status = shared[number];
    return status === undefined ? [] : status === 'own' ? all : [status];
  };
  const shown = listed ?? numbers;
  return new ListedImages(
    { rows: images.filter(({ id }) => shown.includes(Number(id.slice(-12)))) },
    {
      images,
      own: Object.fromEntries(numbers.map((number) => [imageId(number), statusesOf(number)])),
      members: Object.fromEntries(
        numbers.map((number) => [
          imageId(number),
          { rows: hidden.includes(number) ? [] : [makeMember(number, 'a')], errors: [] },
        ]),
      ),
      fail,
    },
  );
}

type Filter = Parameters<typeof createInboxView>[0];

/** Reads an inbox. @returns its state, and the calls besides those for pages. */
async function read(world: World, previous: InboxState | null = null, filter: Filter = 'PENDING', maxImages = 10) {
  const client = makeClient(world);
  const state = await createInboxView(filter, maxImages).read(contextOf(client), previous);
  return { state, calls: client.calls, queries: client.queries };
}

/** The state of an inbox of pending images. */
async function stateOf(shared: Shared, previous: InboxState | null = null): Promise<InboxState> {
  return (await read({ shared }, previous)).state;
}

const event = (action: string, number: number) => ({ action, imageId: imageId(number), memberId: 'a' });

describe('an inbox', () => {
  it('holds the images that are shared with the caller, the newest first, and its statuses', async () => {
    const { state, queries } = await read({ shared: { 1: 'PENDING', 2: 'own', 3: 'PENDING' } });
    expect(idsOf(state.images)).toEqual([3, 1]);
    expect([...state.statuses]).toEqual([
      [imageId(3), 'PENDING'],
      [imageId(1), 'PENDING'],
    ]);
    expect([...state.left]).toEqual([]);
    expect(state.memberId).toBe('a');
    expect(queries).toMatchObject([{ visibility: 'SHARED', memberStatus: 'PENDING', limit: 10 }]);
  });

  it('of all statuses holds that of each image', async () => {
    const { state } = await read({ shared: { 1: 'REJECTED', 2: 'own', 3: 'PENDING' } }, null, 'ALL');
    expect([...state.statuses]).toEqual([
      [imageId(3), 'PENDING'],
      [imageId(1), 'REJECTED'],
    ]);
  });

  it('holds no more images than allowed', async () => {
    const shared = { 1: 'PENDING', 2: 'PENDING', 3: 'PENDING' } as const;
    expect(idsOf((await read({ shared }, null, 'PENDING', 2)).state.images)).toEqual([3, 2]);
    const withOwn = { ...shared, 4: 'own', 5: 'own' } as const;
    expect(idsOf((await read({ shared: withOwn }, null, 'PENDING', 2)).state.images)).toEqual([3, 2]);
  });

  it('leaves out the rows that cannot be read', async () => {
    const image = makeImage(1);
    const client = new ListedImages(
      { rows: [image, { id: imageId(2), image: failure(200) }] },
      { own: { [imageId(1)]: ['PENDING'] }, members: { [imageId(1)]: { rows: [makeMember(1, 'a')], errors: [] } } },
    );
    const state = await createInboxView('PENDING', 10).read(contextOf(client), null);
    expect(idsOf(state.images)).toEqual([1]);
  });

  it('costs no more than its page once its images and the caller are known', async () => {
    const shared = { 1: 'PENDING', 2: 'PENDING' } as const;
    const first = await read({ shared });
    expect(first.calls).toEqual(['ACCEPTED visible #2,#1', 'listMembers #2']);
    const second = await read({ shared }, first.state);
    expect([second.calls, second.queries.length]).toEqual([[], 1]);
    expect(second.state.memberId).toBe('a');
  });

  it('that is empty costs nothing more', async () => {
    const { state, calls } = await read({ shared: {} });
    expect([state.memberId, state.images, calls]).toEqual([null, [], []]);
  });

  it('tells the project of the caller by one of its first three images', async () => {
    const shared = { 1: 'PENDING', 2: 'PENDING', 3: 'PENDING', 4: 'PENDING' } as const;
    expect((await read({ shared, hidden: [3, 4] })).state.memberId).toBe('a');
    await expect(read({ shared, hidden: [2, 3, 4] })).rejects.toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      message: 'The list of shared images changed while it was read. Try again.',
    });
  });

  it('remembers the images that left it, while the caller is a member', async () => {
    const before = await stateOf({ 1: 'PENDING', 2: 'PENDING', 3: 'PENDING' });
    const { state, calls } = await read({ shared: { 1: 'PENDING', 2: 'ACCEPTED' }, listed: [1] }, before);
    expect([...state.left]).toEqual([[imageId(2), 'ACCEPTED']]);
    expect(calls).toEqual(all.map((status) => `${status} visible #3,#2`));
    const later = await read({ shared: { 1: 'PENDING', 2: 'ACCEPTED' }, listed: [1] }, state);
    expect([...later.state.left]).toEqual([[imageId(2), 'ACCEPTED']]);
    expect(later.calls).toEqual([]);
    const back = await stateOf({ 1: 'PENDING', 2: 'PENDING' }, later.state);
    expect([...back.left]).toEqual([]);
  });

  it('does not remember an image in which the caller has two statuses', async () => {
    const before = await stateOf({ 1: 'PENDING', 2: 'PENDING' });
    const client = new ListedImages(
      { rows: [makeImage(1, { owner: 'o' })] },
      { images: [makeImage(2, { owner: 'o' })], own: { [imageId(2)]: ['ACCEPTED', 'REJECTED'] } },
    );
    const { left } = await createInboxView('PENDING', 10).read(contextOf(client), before);
    expect([...left]).toEqual([]);
  });

  it('fails if the status of an image that left the list cannot be read', async () => {
    const before = await stateOf({ 1: 'PENDING', 2: 'PENDING' });
    const error = failure(500);
    const fail = (call: string) => (call.startsWith('REJECTED') ? error : undefined);
    await expect(read({ shared: { 1: 'PENDING' }, fail }, before)).rejects.toBe(error);
    const tooLong = failure(414);
    const unknown = (call: string) => (call.startsWith('REJECTED') ? tooLong : undefined);
    await expect(read({ shared: { 1: 'PENDING' }, fail: unknown }, before)).rejects.toBe(tooLong);
  });

  it('remembers the last 1,000 images that left it', async () => {
    const before = await stateOf({ 1: 'PENDING', 2: 'PENDING' });
    const left = new Map(Array.from({ length: 1_000 }, (_, index) => [imageId(10 + index), 'ACCEPTED' as const]));
    const { state } = await read({ shared: { 1: 'PENDING', 2: 'ACCEPTED' }, listed: [1] }, { ...before, left });
    expect(state.left.size).toBe(1_000);
    expect([...state.left.keys()].at(0)).toBe(imageId(11));
    expect([...state.left.keys()].at(-1)).toBe(imageId(2));
  });
});

describe('the view of an inbox', () => {
  const view = createInboxView('PENDING', 10);

  it('is another one for each status', () => {
    expect(view.key).not.toBe(createInboxView('ALL', 10).key);
    expect(view.key).toBe(createInboxView('PENDING', 20).key);
  });

  it('is the same as long as its statuses and those of images that left are', async () => {
    const one = await stateOf({ 1: 'PENDING' });
    expect(view.isSame(one, await stateOf({ 1: 'PENDING' }))).toBe(true);
    expect(view.isSame(one, await stateOf({ 1: 'PENDING', 2: 'PENDING' }))).toBe(false);
    expect(view.isSame(one, await stateOf({}))).toBe(false);
  });

  it('may be affected by the caller’s memberships, and by images that it holds or that may appear', async () => {
    const before = await stateOf({ 1: 'PENDING', 2: 'PENDING' });
    const state = (await read({ shared: { 1: 'PENDING', 2: 'ACCEPTED' }, listed: [1] }, before)).state;
    const image = (number: number, mayAppear = false) =>
      ({ kind: 'image', imageId: imageId(number), mayAppear }) as const;
    const member = (memberId: string) => ({ kind: 'member', imageId: imageId(9), memberId }) as const;
    expect([image(1), image(2), image(3), image(3, true)].map((hint) => view.concerns(hint, state))).toEqual([
      true,
      true,
      false,
      true,
    ]);
    expect([member('a'), member('A'), member('b')].map((hint) => view.concerns(hint, state))).toEqual([
      true,
      true,
      false,
    ]);
    const empty = await stateOf({});
    expect([image(1), member('b')].map((hint) => view.concerns(hint, empty))).toEqual([false, true]);
    expect([image(1), member('b')].map((hint) => view.concerns(hint, null))).toEqual([true, true]);
  });
});

describe('the events of an inbox', () => {
  it('tell what was added and removed, and nothing at first', async () => {
    const before = await stateOf({ 1: 'PENDING', 2: 'PENDING' });
    const now = await stateOf({ 2: 'PENDING', 3: 'PENDING' }, before);
    expect(toInboxEvents(before, now)).toEqual([event('ADDED', 3), event('REMOVED', 1)]);
    expect(toInboxEvents(null, now)).toEqual([]);
    expect(toInboxEvents(now, now)).toEqual([]);
  });

  it('tell what has another status, also if it leaves the list or comes back', async () => {
    const before = await stateOf({ 1: 'PENDING', 2: 'PENDING' });
    const { state } = await read({ shared: { 1: 'PENDING', 2: 'ACCEPTED' }, listed: [1] }, before);
    expect(toInboxEvents(before, state)).toEqual([event('UPDATED', 2)]);
    const back = await stateOf({ 1: 'PENDING', 2: 'PENDING' }, state);
    expect(toInboxEvents(state, back)).toEqual([event('UPDATED', 2)]);
    const sameStatus = { ...state, left: new Map([[imageId(2), 'PENDING' as const]]) };
    expect(toInboxEvents(sameStatus, back)).toEqual([event('UPDATED', 2)]);
    const one = (await read({ shared: { 1: 'PENDING' } }, null, 'ALL')).state;
    const other = (await read({ shared: { 1: 'ACCEPTED' } }, one, 'ALL')).state;
    expect(toInboxEvents(one, other)).toEqual([event('UPDATED', 1)]);
  });

  it('name the project as long as either state knows it', async () => {
    const [empty, full] = [await stateOf({}), await stateOf({ 1: 'PENDING' })];
    expect(toInboxEvents(empty, full)).toEqual([event('ADDED', 1)]);
    expect(toInboxEvents(full, empty)).toEqual([event('REMOVED', 1)]);
    expect(toInboxEvents(empty, { ...full, memberId: null })).toEqual([]);
  });
});

describe('a subscription', () => {
  const schema = createSchema();
  const document = {
    members: `subscription ($id: ID!) { imageMembersChanged(imageId: $id) {
      image { id members { memberId } }
      changes { action memberId imageMember { status } deletedImageMemberId }
    } }`,
    inbox: `subscription ($status: MemberStatusFilter = PENDING) { sharedWithMeChanged(memberStatus: $status) {
      images { id myMembership { status } }
      changes { action memberId imageMember { status image { visibility } } deletedImageMemberId }
    } }`,
  };

  /** The payloads of a subscription that reads these Images APIs one after another, and the calls for payloads. */
  async function follow(text: string, clients: readonly ListedImages[], variableValues: object = {}, now: Shared = {}) {
    const keys: string[] = [];
    const payloads = makeClient({ shared: now });
    const watch = async function* <State>(view: View<GatewayContext, State>): AsyncGenerator<Change<State>> {
      keys.push(view.key);
      let before: State | null = null;
      for (const client of clients) {
        const now: State = await view.read(contextOf(client), before);
        // Each payload has a context of its own.
        contextValue.loaders.startOver();
        yield { before, now };
        before = now;
      }
    };
    const contextValue = contextOf(payloads, { watch });
    const args = { schema, document: parse(text), contextValue, variableValues: { ...variableValues } };
    const found = await subscribe(args);
    if (!(Symbol.asyncIterator in found)) return { errors: found.errors ?? [], data: [], calls: [], keys };
    const data: unknown[] = [];
    for await (const { data: payload, errors } of found) {
      expect(errors).toBeUndefined();
      data.push(JSON.parse(JSON.stringify(Object.values(payload ?? {})[0])));
    }
    return { data, errors: [], calls: payloads.calls, keys };
  }

  const id = imageId(1);
  const withMembers = (...members: readonly [string, string][]) =>
    new ListedImages(
      { rows: [makeImage(1)] },
      { members: { [id]: { rows: members.map(([memberId, status]) => makeMember(1, memberId, status)), errors: [] } } },
    );
  const gone = () => new ListedImages({ rows: [] });

  it('to the members of an image tells them and their changes, without reading them again', async () => {
    const clients = [withMembers(['a', 'pending']), withMembers(['b', 'pending'])];
    const { data, calls } = await follow(document.members, clients, { id });
    expect(data).toEqual([
      { image: { id, members: [{ memberId: 'a' }] }, changes: [] },
      {
        image: { id, members: [{ memberId: 'b' }] },
        changes: [
          { action: 'ADDED', memberId: 'b', imageMember: { status: 'PENDING' }, deletedImageMemberId: null },
          {
            action: 'REMOVED',
            memberId: 'a',
            imageMember: null,
            deletedImageMemberId: Buffer.from(`${id}/a`).toString('base64url'),
          },
        ],
      },
    ]);
    expect(calls).toEqual([]);
  });

  it('to the members of an image ends once it is gone', async () => {
    const { data } = await follow(document.members, [withMembers(), gone(), withMembers()], { id });
    expect(data).toEqual([
      { image: { id, members: [] }, changes: [] },
      { image: null, changes: [] },
    ]);
  });

  it('to the members of an image that cannot be seen is null, and ends', async () => {
    const { data } = await follow(document.members, [gone(), withMembers()], { id });
    expect(data).toEqual([null]);
  });

  it('to the members of an image is refused with an invalid id', async () => {
    const { errors, keys } = await follow(document.members, [], { id: '..' });
    expect(errors).toMatchObject([{ originalError: { code: 'BAD_USER_INPUT' } }]);
    expect(keys).toEqual([]);
  });

  it('to the inbox tells the images and their changes, without reading them or the statuses again', async () => {
    const clients = [makeClient({ shared: { 1: 'PENDING' } }), makeClient({ shared: {} })];
    const { data, calls } = await follow(document.inbox, clients);
    expect(data).toEqual([
      { images: [{ id, myMembership: { status: 'PENDING' } }], changes: [] },
      {
        images: [],
        changes: [
          {
            action: 'REMOVED',
            memberId: 'a',
            imageMember: null,
            deletedImageMemberId: Buffer.from(`${id}/a`).toString('base64url'),
          },
        ],
      },
    ]);
    expect(calls).toEqual([]);
  });

  it('to the inbox looks up a membership that its events show, and not its image', async () => {
    const shared = { 1: 'PENDING' } as const;
    const clients = [makeClient({ shared: {} }), makeClient({ shared })];
    const { data, calls } = await follow(document.inbox, clients, {}, shared);
    const imageMember = { status: 'PENDING', image: { visibility: 'SHARED' } };
    expect(data[1]).toMatchObject({ changes: [{ action: 'ADDED', memberId: 'a', imageMember }] });
    expect(calls).toEqual(['getMember #1/a']);
  });

  it('to the inbox is that of pending images unless it asks for others', async () => {
    const keys = async (variables: object) => (await follow(document.inbox, [], variables)).keys;
    expect(await keys({})).toEqual([createInboxView('PENDING', 1).key]);
    expect(await keys({ status: null })).toEqual([createInboxView('PENDING', 1).key]);
    expect(await keys({ status: 'ALL' })).toEqual([createInboxView('ALL', 1).key]);
  });

  it.each(['members', 'inbox'] as const)('to the %s is refused where nothing is followed', async (name) => {
    const found = await subscribe({
      schema,
      document: parse(document[name]),
      contextValue: contextOf(gone()),
      variableValues: { id },
    });
    expect(found).toMatchObject({
      errors: [{ message: 'Nothing can be subscribed to here.', originalError: { code: 'BAD_REQUEST' } }],
    });
  });
});
