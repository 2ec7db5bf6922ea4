import { DatabaseSync } from 'node:sqlite';
import { describe, expect, inject, it } from 'vitest';
import { freeze, stop } from '../glance/processes.ts';
import { create, list, remove, runBulk, update } from '../operations.ts';
import { openStage, type Stage } from '../stage.ts';

const stateDir = inject('stateDir');
const environment = { UPSTREAM_DEADLINE_MS: '2000', UPSTREAM_RETRIES: '0' };

/** The members of an image in the cloud itself: `consumerA pending`. */
async function held(stage: Stage, imageId: string): Promise<string[]> {
  const rows = (await stage.rows(imageId)) as { readonly member_id: string; readonly status: string }[];
  const names = new Map(Object.entries(stage.cloud.projects).map(([name, id]) => [id, name]));
  return rows.map(({ member_id, status }) => `${names.get(member_id)} ${status}`);
}

function openDatabase(): DatabaseSync {
  return new DatabaseSync(`${stateDir}/glance/rows.sqlite`, { timeout: 10_000 });
}

/** Blocks all other writes to the database until disposal; reads still work. */
function lockDatabase(): Disposable {
  const database = openDatabase();
  database.exec('BEGIN IMMEDIATE');
  return { [Symbol.dispose]: () => database.close() };
}

describe('while the broker is frozen, so that Glance writes the row but does not answer,', () => {
  it('reports a new member as added', async () => {
    await using stage = await openStage({ environment });
    const imageId = await stage.image();
    using _broker = freeze(stateDir, 'rabbit');
    expect(await create(stage, 'producer', imageId, stage.cloud.projects.consumerA)).toBe('PENDING');
    expect(stage.calls).toEqual(['createMember timeout', 'getMember']);
    expect(await held(stage, imageId)).toEqual(['consumerA pending']);
  });

  it.each(['ACCEPTED', 'REJECTED'])('reports the new status %s', async (status) => {
    await using stage = await openStage({ environment });
    const imageId = await stage.image({ members: { consumerA: 'pending' } });
    using _broker = freeze(stateDir, 'rabbit');
    expect(await update(stage, 'consumerA', imageId, stage.cloud.projects.consumerA, status)).toBe(status);
    expect(stage.calls).toEqual(['updateMember timeout', 'getMember']);
    expect(await held(stage, imageId)).toEqual([`consumerA ${status.toLowerCase()}`]);
  });

  it.each<{ readonly others: object; readonly looks: readonly string[] }>([
    { others: {}, looks: ['listMembers'] },
    { others: { consumerB: 'pending', stranger: 'pending' }, looks: ['listMembers'] },
    {
      others: { consumerB: 'pending' },
      looks: ['listMembers', 'getImage', ...Array(3).fill('listImagesByMemberStatus')],
    },
  ])('reports a member as removed; other members: $others', async ({ others, looks }) => {
    await using stage = await openStage({ environment });
    const imageId = await stage.image({ members: { consumerA: 'accepted', ...others } });
    using _broker = freeze(stateDir, 'rabbit');
    expect(await remove(stage, 'producer', imageId, stage.cloud.projects.consumerA)).toBe('removed');
    expect(stage.calls).toEqual(['getMember', 'deleteMember timeout', 'getMember', ...looks]);
    expect(await held(stage, imageId)).toEqual(Object.keys(others).map((name) => `${name} pending`));
  });

  it('reports the result for each pair of image and project', async () => {
    await using stage = await openStage({ environment });
    const { consumerA, consumerB, stranger } = stage.cloud.projects;
    const imageIds = [await stage.image({ members: { consumerA: 'accepted' } }), await stage.image()];
    const imageId = await stage.image({ members: { consumerA: 'accepted', consumerB: 'pending' } });
    using _broker = freeze(stateDir, 'rabbit');
    const pairs = { imageIds, memberIds: [consumerA, consumerB] };
    // Glance refuses an existing member before it writes anything, so this answer arrives.
    expect(await runBulk(stage, 'producer', 'createImageMembers', pairs)).toEqual([
      'ADD UNCHANGED ACCEPTED',
      ...Array(3).fill('ADD DONE PENDING'),
    ]);
    const input = { imageId, memberIds: [stranger, consumerA] };
    expect(await runBulk(stage, 'producer', 'setImageMembers', input)).toEqual([
      'ADD DONE PENDING',
      'KEEP UNCHANGED ACCEPTED',
      'REMOVE DONE',
    ]);
    expect((await held(stage, imageId)).sort()).toEqual(['consumerA accepted', 'stranger pending']);
    expect(await runBulk(stage, 'producer', 'deleteImageMembers', pairs)).toEqual(Array(4).fill('REMOVE DONE'));
    for (const id of imageIds) expect(await held(stage, id)).toEqual([]);
  });

  it('reports refusals as usual', async () => {
    await using stage = await openStage({ environment });
    const { consumerA, consumerB } = stage.cloud.projects;
    const imageId = await stage.image({ members: { consumerA: 'accepted' } });
    using _broker = freeze(stateDir, 'rabbit');
    expect(await create(stage, 'producer', imageId, consumerA)).toBe('ALREADY_MEMBER input.memberId: ACCEPTED');
    expect(await create(stage, 'consumerA', imageId, consumerB)).toBe('NOT_IMAGE_OWNER input.imageId');
    expect(await update(stage, 'producer', imageId, consumerA, 'REJECTED')).toBe('NOT_IMAGE_MEMBER input.memberId');
    expect(await remove(stage, 'producer', imageId, consumerB)).toBe('NOT_FOUND -');
    expect(await held(stage, imageId)).toEqual(['consumerA accepted']);
  });
});

describe('while the broker is down, and after it is back,', () => {
  it('reports the result of every write, and answers reads as usual', async () => {
    await using stage = await openStage({ environment });
    const { consumerA, consumerB } = stage.cloud.projects;
    const images = [await stage.image(), await stage.image(), await stage.image()];
    const changeAll = async (imageId: string) => {
      expect(await create(stage, 'producer', imageId, consumerA)).toBe('PENDING');
      expect(await create(stage, 'producer', imageId, consumerB)).toBe('PENDING');
      expect(await update(stage, 'consumerA', imageId, consumerA, 'ACCEPTED')).toBe('ACCEPTED');
      expect(await remove(stage, 'producer', imageId, consumerB)).toBe('removed');
      expect(await list(stage, 'producer', imageId)).toEqual(['consumerA ACCEPTED']);
      expect(await held(stage, imageId)).toEqual(['consumerA accepted']);
    };
    {
      using _broker = await stop(stateDir, 'rabbit');
      for (const imageId of images.slice(1)) await changeAll(imageId);
      // Some writes are answered, if Glance opens a new connection and gives up; reads always are.
      expect(stage.calls.filter((call) => /^(?:get|list)/.test(call) && call.includes(' '))).toEqual([]);
    }
    const [imageId = ''] = images;
    // Glance answers writes again once it has found the broker.
    const answered = async () => {
      const before = stage.calls.length;
      await create(stage, 'producer', imageId, consumerB);
      await remove(stage, 'producer', imageId, consumerB);
      return stage.calls.slice(before).filter((call) => call.includes(' '));
    };
    await expect.poll(answered, { timeout: 40_000 }).toEqual([]);
    await changeAll(imageId);
  });
});

describe('a write that is not done by its deadline is UNKNOWN, because it may still happen:', () => {
  it.each([
    ['the database is locked', lockDatabase],
    ['Glance does not answer at all', () => freeze(stateDir, 'glance')],
  ])('%s', async (_fault, begin) => {
    await using stage = await openStage({ environment });
    const { consumerA, consumerB } = stage.cloud.projects;
    const [added, changed, removed] = [
      await stage.image(),
      await stage.image({ members: { consumerA: 'pending' } }),
      await stage.image({ members: { consumerA: 'accepted' } }),
    ];
    const unknown = 'error UPSTREAM_TIMEOUT UNKNOWN';
    {
      using _fault = begin();
      const told = [
        create(stage, 'producer', added, consumerB),
        update(stage, 'consumerA', changed, consumerA, 'ACCEPTED'),
        remove(stage, 'producer', removed, consumerA),
      ];
      expect(await Promise.all(told)).toEqual([unknown, unknown, unknown]);
    }
    const patience = { timeout: 30_000 };
    await expect.poll(() => held(stage, added), patience).toEqual(['consumerB pending']);
    await expect.poll(() => held(stage, changed), patience).toEqual(['consumerA accepted']);
    await expect.poll(() => held(stage, removed), patience).toEqual([]);
  });
});

describe('a member that Glance holds twice, as it does after two concurrent POSTs,', () => {
  async function makeTwice(stage: Stage): Promise<string> {
    const imageId = await stage.image({ members: { consumerA: 'accepted' } });
    const database = openDatabase();
    database
      .prepare(
        `INSERT INTO image_members (image_id, member, can_share, created_at, updated_at, deleted, status)
         SELECT image_id, member, can_share, created_at, updated_at, deleted, 'pending'
         FROM image_members WHERE image_id = ?`,
      )
      .run(imageId);
    database.close();
    expect(await held(stage, imageId)).toEqual(['consumerA accepted', 'consumerA pending']);
    return imageId;
  }

  it('is shown once, as in Glance’s answer for the single member, and is removed completely', async () => {
    await using stage = await openStage();
    const imageId = await makeTwice(stage);
    expect(await list(stage, 'producer', imageId)).toEqual(['consumerA ACCEPTED']);
    expect(await list(stage, 'consumerA', imageId)).toEqual(['consumerA ACCEPTED']);
    const { consumerA } = stage.cloud.projects;
    expect(await remove(stage, 'producer', imageId, consumerA)).toBe('removed');
    expect(await held(stage, imageId)).toEqual([]);
    const removal = ['deleteMember', 'getMember'];
    expect(stage.calls.slice(-4)).toEqual([...removal, ...removal]);
  });

  it('remains once if removals are not verified', async () => {
    await using stage = await openStage({ environment: { VERIFY_REMOVALS: 'false' } });
    const imageId = await makeTwice(stage);
    expect(await remove(stage, 'producer', imageId, stage.cloud.projects.consumerA)).toBe('removed');
    expect(await held(stage, imageId)).toHaveLength(1);
    expect(stage.calls).toEqual(['getMember', 'deleteMember']);
  });
});
