import { describe, expect, it } from 'vitest';
import type { Caller } from './cloud.ts';
import { create, list, look, remove, show, update } from './operations.ts';
import { openStage, type Stage } from './stage.ts';

/** The result for a caller of each operation on a shared image with the members consumerA and consumerB. */
interface Rights {
  readonly share: string;
  readonly setA: string;
  readonly setB: string;
  readonly removeA: string;
  readonly removeB: string;
  readonly list: readonly string[] | string | null;
  readonly showA: string | null;
  readonly showB: string | null;
  readonly look: string | null;
}

/** A project that does not exist: Glance does not check whether a member's project does. */
const newcomer = '0123456789abcdef0123456789abcdef';

const notOwner = 'NOT_IMAGE_OWNER input.imageId';
const notMember = 'NOT_IMAGE_MEMBER input.memberId';
const both = (statusOfA: string): string[] => [`consumerA ${statusOfA}`, 'consumerB PENDING'];

function owner(statusOfA: string): Rights {
  return {
    share: 'PENDING',
    setA: notMember,
    setB: notMember,
    removeA: 'removed',
    removeB: 'removed',
    list: both(statusOfA),
    showA: statusOfA,
    showB: 'PENDING',
    look: 'SHARED',
  };
}

function memberA(statusOfA: string): Rights {
  return {
    share: notOwner,
    setA: statusOfA === 'REJECTED' ? 'ACCEPTED' : 'REJECTED',
    setB: 'NOT_FOUND -',
    removeA: notOwner,
    removeB: notOwner,
    list: [`consumerA ${statusOfA}`],
    showA: statusOfA,
    showB: null,
    look: 'SHARED',
  };
}

const blind: Rights = {
  share: 'NOT_FOUND input.imageId',
  setA: 'NOT_FOUND -',
  setB: 'NOT_FOUND -',
  removeA: 'NOT_FOUND -',
  removeB: 'NOT_FOUND -',
  list: null,
  showA: null,
  showB: null,
  look: null,
};

const refused = 'error UNAUTHENTICATED';
const unknown: Rights = {
  share: refused,
  setA: refused,
  setB: refused,
  removeA: refused,
  removeB: refused,
  list: refused,
  showA: refused,
  showB: refused,
  look: refused,
};

const rights: readonly {
  readonly who: string;
  readonly caller: Caller;
  readonly statusOfA: 'pending' | 'accepted' | 'rejected';
  readonly may: Rights;
  /** What is different under the stricter policy. */
  readonly strictly?: Partial<Rights>;
}[] = [
  { who: 'the owner', caller: 'producer', statusOfA: 'accepted', may: owner('ACCEPTED') },
  {
    who: "a reader of the owner's project",
    caller: 'producerReader',
    statusOfA: 'rejected',
    may: owner('REJECTED'),
    strictly: { share: notOwner, removeA: notOwner, removeB: notOwner },
  },
  {
    who: 'a pending member',
    caller: 'consumerA',
    statusOfA: 'pending',
    may: memberA('PENDING'),
    strictly: { removeB: 'NOT_FOUND -' },
  },
  {
    who: 'an accepted member',
    caller: 'consumerA',
    statusOfA: 'accepted',
    may: memberA('ACCEPTED'),
    strictly: { removeB: 'NOT_FOUND -' },
  },
  {
    who: 'a rejected member',
    caller: 'consumerA',
    statusOfA: 'rejected',
    may: memberA('REJECTED'),
    strictly: { removeB: 'NOT_FOUND -' },
  },
  {
    who: "a reader of a member's project",
    caller: 'consumerAReader',
    statusOfA: 'pending',
    may: memberA('PENDING'),
    strictly: { setA: notMember, removeB: 'NOT_FOUND -' },
  },
  {
    who: 'another member',
    caller: 'consumerB',
    statusOfA: 'accepted',
    may: {
      ...memberA('ACCEPTED'),
      setA: 'NOT_FOUND -',
      setB: 'REJECTED',
      list: ['consumerB PENDING'],
      showA: null,
      showB: 'PENDING',
    },
    strictly: { removeA: 'NOT_FOUND -' },
  },
  { who: 'a stranger', caller: 'stranger', statusOfA: 'accepted', may: blind },
  {
    who: 'an administrator',
    caller: 'admin',
    statusOfA: 'pending',
    may: { ...owner('PENDING'), setA: 'REJECTED', setB: 'REJECTED' },
  },
  { who: 'a token without a project', caller: 'unscoped', statusOfA: 'accepted', may: blind },
  { who: 'an expired token', caller: 'expired', statusOfA: 'accepted', may: unknown },
  { who: 'an unknown token', caller: 'bad', statusOfA: 'accepted', may: unknown },
  { who: 'an empty token', caller: 'empty', statusOfA: 'accepted', may: unknown },
  { who: 'no token', caller: 'nobody', statusOfA: 'accepted', may: unknown },
];

type Scene = readonly [stage: Stage, caller: Caller, imageId: string];

interface Operation<Name, Outcome> {
  readonly name: Name;
  readonly does: string;
  readonly run: (...scene: Scene) => Promise<Outcome>;
}

const writes: readonly Operation<'share' | 'setA' | 'setB' | 'removeA' | 'removeB', string>[] = [
  { name: 'share', does: 'shares with a new project', run: (...scene) => create(...scene, newcomer) },
  { name: 'setA', does: "sets consumer A's status", run: (...scene) => setStatus(scene, 'consumerA') },
  { name: 'setB', does: "sets consumer B's status", run: (...scene) => setStatus(scene, 'consumerB') },
  { name: 'removeA', does: 'removes consumer A', run: (...scene) => remove(...scene, a(scene)) },
  { name: 'removeB', does: 'removes consumer B', run: (...scene) => remove(...scene, b(scene)) },
];

const reads: readonly Operation<'list' | 'showA' | 'showB' | 'look', Rights['list']>[] = [
  { name: 'list', does: 'lists the members', run: (...scene) => list(...scene) },
  { name: 'showA', does: 'shows consumer A', run: (...scene) => show(...scene, a(scene)) },
  { name: 'showB', does: 'shows consumer B', run: (...scene) => show(...scene, b(scene)) },
  { name: 'look', does: 'reads the image', run: (...scene) => look(...scene) },
];

const a = ([stage]: Scene): string => stage.cloud.projects.consumerA;
const b = ([stage]: Scene): string => stage.cloud.projects.consumerB;

/** Sets a status different from the current one. */
async function setStatus(scene: Scene, member: 'consumerA' | 'consumerB'): Promise<string> {
  const [stage, , imageId] = scene;
  const memberId = stage.cloud.projects[member];
  const current = await show(stage, 'admin', imageId, memberId);
  return update(...scene, memberId, current === 'REJECTED' ? 'ACCEPTED' : 'REJECTED');
}

describe.each(rights)('$who', ({ caller, statusOfA, may, strictly }) => {
  const members = { consumerA: statusOfA, consumerB: 'pending' } as const;
  const underPolicyOf = ({ cloud }: Stage): Rights => (cloud.policy === 'secure' ? { ...may, ...strictly } : may);

  it.each(reads)('$does, or is refused', async ({ name, run }) => {
    await using stage = await openStage();
    const imageId = await stage.image({ members });
    expect(await run(stage, caller, imageId)).toEqual(underPolicyOf(stage)[name]);
  });

  it.each(writes)('$does, or is refused and nothing changes', async ({ name, run }) => {
    await using stage = await openStage();
    const imageId = await stage.image({ members });
    const before = await stage.rows(imageId);
    const expected = underPolicyOf(stage)[name];
    expect(await run(stage, caller, imageId)).toBe(expected);
    const isRefused = /^error|^\w+ (?:input|-)/.test(expected);
    if (isRefused) expect(await stage.rows(imageId)).toEqual(before);
    else expect(await stage.rows(imageId)).not.toEqual(before);
  });
});
