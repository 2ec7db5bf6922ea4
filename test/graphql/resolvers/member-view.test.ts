import { describe, expect, it } from 'vitest';
import { MemberList } from '../../../src/graphql/data/loaders.ts';
import { createMemberView, toMemberEvents } from '../../../src/graphql/resolvers/member-view.ts';
import { KeptReads } from '../../../src/upstream/kept-reads.ts';
import type { ImageMember } from '../../../src/upstream/model.ts';
import { contextOf } from '../../support/ask.ts';
import { FakeImages, makeImage, makeMember } from '../../support/fake-images.ts';
import { imageId } from '../../support/image-id.ts';

const id = imageId(1);
const a = makeMember(1, 'a');
const b = makeMember(1, 'b', 'accepted');
const rejected = { ...makeMember(1, 'a', 'rejected'), updatedAt: '2026-11-22T00:00:00Z' };

/** The state of an image with these members; null: the token cannot see it. */
function state(rows: readonly ImageMember[] | null) {
  return { members: rows && new MemberList({ rows, errors: [] }), reads: new KeptReads() };
}

describe('the view of the members of an image', () => {
  it.each([
    ['an image with members', { images: [makeImage(1)], members: { [id]: { rows: [a], errors: [] } } }, [a], 1],
    ['an image whose list is hidden', { images: [makeImage(1, { visibility: 'public' })] }, [], 2],
    ['an image that cannot be seen', {}, undefined, 2],
  ])('of %s reads its list, and its image only without one', async (_what, held, expected, calls) => {
    const client = new FakeImages(held);
    const { members } = await createMemberView(id).read(contextOf(client), null);
    expect(members?.rows).toEqual(expected);
    expect(client.calls).toEqual(['listMembers #1', 'getImage #1'].slice(0, calls));
  });

  it('is known by its image', () => {
    expect(createMemberView('x').key).not.toBe(createMemberView('y').key);
    expect(createMemberView('x').key).toBe('members x');
  });

  it.each([
    ['the same members', [a, b], [a, b], true],
    ['the same members in another order', [a, b], [b, a], true],
    ['no members', [], [], true],
    ['another status', [a], [rejected], false],
    ['another member', [a], [a, b], false],
    ['one member fewer', [a, b], [a], false],
    ['no image', [], null, false],
    ['an image', null, [], false],
    ['no image, as before', null, null, true],
  ])('is compared with a state with %s', (_what, before, now, expected) => {
    expect(createMemberView(id).isSame(state(before), state(now))).toBe(expected);
  });

  it('is concerned by a hint about its image, in any spelling', () => {
    const { concerns } = createMemberView('x');
    const hints = ['x', 'X ', 'y'].map((imageId) => ({ kind: 'member', imageId, memberId: 'm' }) as const);
    expect(hints.map((hint) => concerns(hint, null))).toEqual([true, true, false]);
    expect(concerns({ kind: 'image', imageId: 'x', mayAppear: false }, null)).toBe(true);
  });
});

describe('the events between two states of the members of an image', () => {
  it.each([
    ['the first state', null, [a], []],
    ['no change', [a], [a], []],
    ['a new member', [a], [a, b], [{ action: 'ADDED', memberId: 'b', row: b }]],
    ['another status', [a, b], [rejected, b], [{ action: 'UPDATED', memberId: 'a', row: rejected }]],
    ['a removed member', [a, b], [b], [{ action: 'REMOVED', memberId: 'a' }]],
    ['an image that is hidden', [a], null, [{ action: 'REMOVED', memberId: 'a' }]],
    ['an image that appears', null, [], []],
    [
      'several changes',
      [a],
      [b],
      [
        { action: 'ADDED', memberId: 'b', row: b },
        { action: 'REMOVED', memberId: 'a' },
      ],
    ],
    [
      'a member that is listed twice, at first with its latest row',
      [],
      [rejected, a],
      [{ action: 'ADDED', memberId: 'a', row: rejected }],
    ],
    [
      'a member that is listed twice, at last with its latest row',
      [],
      [a, rejected],
      [{ action: 'ADDED', memberId: 'a', row: rejected }],
    ],
  ])('for %s', (_what, before, now, expected) => {
    const events = toMemberEvents(id, before && state(before), state(now));
    expect(events).toEqual(expected.map((event) => ({ imageId: id, ...event })));
  });

  it('of an image that appears after it was hidden are additions', () => {
    expect(toMemberEvents(id, state(null), state([a]))).toEqual([
      { action: 'ADDED', imageId: id, memberId: 'a', row: a },
    ]);
  });

  it('name the image as it is stored', () => {
    const stored = [{ ...a, imageId: id }];
    const asked = 'ANOTHER SPELLING';
    expect(toMemberEvents(asked, state([]), state(stored))).toMatchObject([{ imageId: id }]);
    expect(toMemberEvents(asked, state(stored), state([]))).toMatchObject([{ imageId: id }]);
  });
});
