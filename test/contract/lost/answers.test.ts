import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { Handle } from '../../support/proxy.ts';
import { sendJson } from '../../support/upstream.ts';
import type { Caller } from '../cloud.ts';
import { create, remove, runBulk, update } from '../operations.ts';
import { openStage, type Stage, type StageOptions } from '../stage.ts';

/** Long enough for a read from a busy cloud; a lost answer costs this much time once. */
const environment = { UPSTREAM_DEADLINE_MS: '2000' };

/** How an answer is lost, and the error that the caller gets if the result cannot be determined. */
const losses: Readonly<Record<string, { readonly lose: (response: ServerResponse) => void; readonly code: string }>> = {
  'no answer': { lose: () => {}, code: 'UPSTREAM_TIMEOUT' },
  'a reset': { lose: (response) => response.socket?.resetAndDestroy(), code: 'UPSTREAM_UNAVAILABLE' },
  'HTTP 502': { lose: (response) => sendJson(response, 502, {}), code: 'UPSTREAM_UNAVAILABLE' },
  'half an answer': {
    lose: (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 });
      response.write('{"member_id": "', () => response.destroy());
    },
    code: 'UPSTREAM_UNAVAILABLE',
  },
  'a page of HTML': {
    lose: (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html></html>'),
    code: 'UPSTREAM_INVALID_RESPONSE',
  },
};

interface Write {
  /** The member before the write. */
  readonly before: 'pending' | 'accepted' | null;
  /** The member after the write, if it succeeded. */
  readonly after: 'pending' | 'accepted' | null;
  readonly told: string;
  readonly run: (stage: Stage, imageId: string) => Promise<string>;
}

const writes: Readonly<Record<'create' | 'update' | 'remove', Write>> = {
  create: {
    before: null,
    after: 'pending',
    told: 'PENDING',
    run: (stage, imageId) => create(stage, 'producer', imageId, stage.cloud.projects.consumerA),
  },
  update: {
    before: 'pending',
    after: 'accepted',
    told: 'ACCEPTED',
    run: (stage, imageId) => update(stage, 'consumerA', imageId, stage.cloud.projects.consumerA, 'ACCEPTED'),
  },
  remove: {
    before: 'accepted',
    after: null,
    told: 'removed',
    run: (stage, imageId) => remove(stage, 'producer', imageId, stage.cloud.projects.consumerA),
  },
};

type Name = keyof typeof writes;
const names: readonly Name[] = ['create', 'update', 'remove'];

/** Loses every write before it reaches the cloud, or loses its answer after it succeeded. */
function loseWrites(lose: (response: ServerResponse) => void, carriedOut: boolean): StageOptions {
  const handle: Handle = async (response, forward) => {
    if (carriedOut) await forward();
    lose(response);
  };
  return { environment, disturb: ({ method }) => (method === 'GET' ? undefined : handle) };
}

/** Replaces the answer to every write by HTTP 502. */
function lost(carriedOut: boolean): StageOptions {
  return loseWrites((response) => sendJson(response, 502, {}), carriedOut);
}

/** The status of consumerA in the cloud itself; null if it is not a member. */
async function held(stage: Stage, imageId: string): Promise<string | null> {
  const rows = (await stage.rows(imageId)) as { readonly member_id: string; readonly status: string }[];
  return rows.find(({ member_id }) => member_id === stage.cloud.projects.consumerA)?.status ?? null;
}

function makeImage(stage: Stage, status: Write['before']): Promise<string> {
  return stage.image({ members: status ? { consumerA: status } : {} });
}

describe('a write whose answer is lost', () => {
  const table = names.flatMap((name) => Object.keys(losses).map((loss) => ({ name, loss })));

  it.each(table)('is reported as done if it succeeded: $name, $loss', async ({ name, loss }) => {
    const { before, after, told, run } = writes[name];
    await using stage = await openStage(loseWrites(losses[loss]?.lose ?? expect.fail(), true));
    const imageId = await makeImage(stage, before);
    expect(await run(stage, imageId)).toBe(told);
    expect(await held(stage, imageId)).toBe(after);
  });

  it.each(table)('is UNKNOWN if it never arrived: $name, $loss', async ({ name, loss }) => {
    const { before, run } = writes[name];
    const { lose, code } = losses[loss] ?? expect.fail();
    await using stage = await openStage(loseWrites(lose, false));
    const imageId = await makeImage(stage, before);
    expect(await run(stage, imageId)).toBe(`error ${code} UNKNOWN`);
    expect(await held(stage, imageId)).toBe(before);
  });

  it.each(names)('is reported as done if the state was already as requested: %s', async (name) => {
    const { after, told, run } = writes[name];
    await using stage = await openStage(lost(false));
    const imageId = await makeImage(stage, after);
    expect(await run(stage, imageId)).toBe(told);
    expect(await held(stage, imageId)).toBe(after);
  });

  it.each(names)('is UNKNOWN if reading back fails too: %s', async (name) => {
    const { before, after, run } = writes[name];
    await using stage = await openStage({
      environment,
      disturb:
        ({ method }) =>
        async (response, forward) => {
          if (method !== 'GET') await forward();
          sendJson(response, 502, {});
        },
    });
    const imageId = await makeImage(stage, before);
    expect(await run(stage, imageId)).toBe('error UPSTREAM_UNAVAILABLE UNKNOWN');
    expect(await held(stage, imageId)).toBe(after);
  });

  it('is reported for each row of a bulk mutation', async () => {
    // Sequential: Glance on SQLite may fail concurrent writes, and then there is nothing to read back.
    const oneByOne = { environment: { ...environment, BULK_CONCURRENCY: '1' } };
    await using done = await openStage({ ...lost(true), ...oneByOne });
    await using gone = await openStage({ ...lost(false), ...oneByOne });
    const { consumerA, consumerB, stranger } = done.cloud.projects;
    const members = { consumerA: 'accepted', consumerB: 'pending' } as const;
    for (const [stage, outcome, status, why] of [
      [done, 'DONE', ' PENDING', ''],
      [gone, 'UNKNOWN', '', ' UPSTREAM_UNAVAILABLE'],
    ] as const) {
      const imageIds = [await stage.image(), await stage.image()];
      const pairs = { imageIds, memberIds: [consumerA, consumerB] };
      const added = Array(4).fill(`ADD ${outcome}${status}${why}`);
      expect(await runBulk(stage, 'producer', 'createImageMembers', pairs)).toEqual(added);
      const imageId = await stage.image({ members });
      const input = { imageId, memberIds: [stranger, consumerB] };
      expect(await runBulk(stage, 'producer', 'setImageMembers', input)).toEqual([
        `ADD ${outcome}${status}${why}`,
        'KEEP UNCHANGED PENDING',
        `REMOVE ${outcome}${why}`,
      ]);
      const removal = { imageIds: [await stage.image({ members })], memberIds: [consumerB, stranger] };
      expect(await runBulk(stage, 'producer', 'deleteImageMembers', removal)).toEqual([
        `REMOVE ${outcome}${why}`,
        // Known from the list of members.
        'REMOVE UNCHANGED',
      ]);
    }
  });
});

describe('a removal whose answer is lost', () => {
  const unknown = 'error UPSTREAM_UNAVAILABLE UNKNOWN';

  it.each(['producer', 'producerReader', 'admin'] as const)(
    'is reported as done to %s although one other member remains, because the list is known to be complete',
    async (caller) => {
      await using stage = await openStage(lost(true));
      // The stricter policy refuses a reader the removal, so that the member stays.
      const stays = stage.cloud.policy === 'secure' && caller === 'producerReader';
      const imageId = await stage.image({ members: { consumerA: 'accepted', consumerB: 'pending' } });
      const outcome = await remove(stage, caller, imageId, stage.cloud.projects.consumerA);
      expect(outcome).toBe(stays ? unknown : 'removed');
      expect(await held(stage, imageId)).toBe(stays ? 'accepted' : null);
    },
  );

  it.each<Caller>(['consumerB', 'stranger', 'unscoped'])(
    'is UNKNOWN to %s, which cannot see whether the member exists',
    async (caller) => {
      await using stage = await openStage(lost(false));
      const imageId = await stage.image({ members: { consumerA: 'accepted', consumerB: 'pending' } });
      expect(await remove(stage, caller, imageId, stage.cloud.projects.consumerA)).toBe(unknown);
      expect(await held(stage, imageId)).toBe('accepted');
    },
  );

  it.each(['private', 'community', 'public'] as const)(
    'is UNKNOWN for a %s image, whose members return when it is shared again',
    async (visibility) => {
      await using stage = await openStage(lost(false));
      const imageId = await stage.image({ members: { consumerA: 'accepted' }, visibility });
      expect(await remove(stage, 'producer', imageId, stage.cloud.projects.consumerA)).toBe(unknown);
      await stage.change(imageId, { visibility: 'shared' });
      expect(await held(stage, imageId)).toBe('accepted');
    },
  );

  it('is UNKNOWN if the image no longer exists', async () => {
    await using stage = await openStage(lost(false));
    const imageId = await stage.image({ members: { consumerA: 'accepted' } });
    await stage.delete(imageId);
    expect(await remove(stage, 'producer', imageId, stage.cloud.projects.consumerA)).toBe(unknown);
  });
});

describe('a removal that succeeded', () => {
  /** Adds the project again after its removal and before the answer, for the given number of times. */
  function undone(times: number): StageOptions & { on: (stage: Stage, imageId: string) => void } {
    let restore = async (): Promise<void> => {};
    let left = times;
    return {
      on(stage, imageId) {
        restore = () => stage.share(imageId, stage.cloud.projects.consumerA);
      },
      disturb: ({ method }) =>
        method === 'DELETE'
          ? async (response, forward) => {
              const { status } = await forward();
              if (left-- > 0) await restore();
              response.writeHead(status).end();
            }
          : undefined,
    };
  }

  const look = 'getMember';
  const removal = ['deleteMember', look];

  it.each([0, 1, 2])('is repeated if it was undone %i times', async (times) => {
    const options = undone(times);
    await using stage = await openStage(options);
    const imageId = await makeImage(stage, 'accepted');
    options.on(stage, imageId);
    expect(await remove(stage, 'producer', imageId, stage.cloud.projects.consumerA)).toBe('removed');
    expect(await held(stage, imageId)).toBeNull();
    const removals = Array(times + 1).fill(removal);
    expect(stage.calls).toEqual([look, ...removals.flat()]);
  });

  it('fails if it is undone every time, because the member is known to exist', async () => {
    const options = undone(Number.POSITIVE_INFINITY);
    await using stage = await openStage(options);
    const imageId = await makeImage(stage, 'accepted');
    options.on(stage, imageId);
    const { consumerA } = stage.cloud.projects;
    expect(await remove(stage, 'producer', imageId, consumerA)).toBe('error UPSTREAM_UNAVAILABLE');
    expect(stage.calls).toEqual([look, ...Array(3).fill(removal).flat()]);
    const input = { imageIds: [imageId], memberIds: [consumerA] };
    expect(await runBulk(stage, 'producer', 'deleteImageMembers', input)).toEqual([
      'REMOVE FAILED UPSTREAM_UNAVAILABLE',
    ]);
    expect(await held(stage, imageId)).toBe('pending');
  });

  it('is not verified if VERIFY_REMOVALS is false, which saves a call', async () => {
    const options = undone(1);
    await using stage = await openStage({ ...options, environment: { VERIFY_REMOVALS: 'false' } });
    const imageId = await makeImage(stage, 'accepted');
    options.on(stage, imageId);
    expect(await remove(stage, 'producer', imageId, stage.cloud.projects.consumerA)).toBe('removed');
    expect(await held(stage, imageId)).toBe('pending');
    expect(stage.calls).toEqual([look, 'deleteMember']);
  });
});

describe('the error of a refused write stays the same if a further lookup fails', () => {
  it('for an existing member', async () => {
    await using stage = await openStage({
      disturb: ({ method }) => (method === 'GET' ? (response) => sendJson(response, 502, {}) : undefined),
    });
    const imageId = await makeImage(stage, 'accepted');
    const { consumerA } = stage.cloud.projects;
    expect(await create(stage, 'producer', imageId, consumerA)).toBe('ALREADY_MEMBER input.memberId: null');
    const input = { imageIds: [imageId], memberIds: [consumerA] };
    expect(await runBulk(stage, 'producer', 'createImageMembers', input)).toEqual(['ADD UNCHANGED']);
  });
});
