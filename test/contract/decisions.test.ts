import { describe, expect, it } from 'vitest';
import type { Caller } from './cloud.ts';
import { runBulk, show } from './operations.ts';
import { openStage, type Stage } from './stage.ts';

/** Sets the caller's own status. @returns the result, in a word. */
async function decide(stage: Stage, caller: Caller, imageId: string, status: string): Promise<string> {
  const document = `mutation ($input: UpdateMemberStatusInput!) {
    write: updateMemberStatus(input: $input) { imageMember { memberId status } userErrors { code } }
  }`;
  const { data, errors } = await stage.ask(caller, document, { input: { imageId, status } });
  if (errors.length > 0) return `error ${errors.map(({ extensions }) => extensions.code).join()}`;
  const { write } = data as {
    write: { imageMember: { status: string } | null; userErrors: readonly { code: string }[] };
  };
  return write.imageMember?.status ?? write.userErrors.map(({ code }) => code).join();
}

describe.each([true, false])('a decision without "memberId"; Identity service known: %s', (hasIdentity) => {
  it.each<{ readonly caller: Caller; readonly says: string; readonly saysSecure?: string }>([
    { caller: 'consumerA', says: 'ACCEPTED' },
    { caller: 'consumerAReader', says: 'ACCEPTED', saysSecure: 'NOT_IMAGE_MEMBER' },
    { caller: 'consumerB', says: 'NOT_FOUND' },
    // Under the stricter policy, an owner that looks itself up is not told that it is not a member.
    { caller: 'producer', says: 'NOT_IMAGE_MEMBER', ...(hasIdentity && { saysSecure: 'NOT_FOUND' }) },
    { caller: 'producerReader', says: 'NOT_IMAGE_MEMBER', ...(hasIdentity && { saysSecure: 'NOT_FOUND' }) },
    { caller: 'stranger', says: 'NOT_FOUND' },
    { caller: 'expired', says: 'error UNAUTHENTICATED' },
    { caller: 'bad', says: 'error UNAUTHENTICATED' },
    { caller: 'nobody', says: 'error UNAUTHENTICATED' },
  ])(
    'of $caller, about an image whose one member is consumer A, is $says',
    async ({ caller, says, saysSecure = says }) => {
      await using stage = await openStage({ hasIdentity });
      const imageIds = [
        await stage.image({ members: { consumerA: 'pending' } }),
        await stage.image({ members: { consumerA: 'pending' }, attributes: { os_hidden: true } }),
      ];
      for (const imageId of imageIds) {
        const expected = stage.cloud.policy === 'secure' ? saysSecure : says;
        expect(await decide(stage, caller, imageId, 'ACCEPTED')).toBe(expected);
        const status = expected === 'ACCEPTED' ? 'accepted' : 'pending';
        expect(await stage.rows(imageId)).toMatchObject([{ status }]);
      }
    },
  );

  it.each<Caller>(['admin', 'unscoped'])('of %s never sets another project’s status', async (caller) => {
    await using stage = await openStage({ hasIdentity });
    const imageIds = [
      await stage.image({ members: { consumerA: 'pending' } }),
      await stage.image({ members: { consumerA: 'pending' }, attributes: { os_hidden: true } }),
      await stage.image({ members: { consumerA: 'pending', consumerB: 'pending' } }),
    ];
    for (const imageId of imageIds) {
      expect(await decide(stage, caller, imageId, 'REJECTED')).toMatch(/^(?:NOT_IMAGE_MEMBER|NOT_FOUND)$/);
    }
    const rows = await runBulk(stage, caller, 'updateMemberStatuses', { imageIds, status: 'REJECTED' });
    expect(rows).toHaveLength(3);
    for (const row of rows) expect(row).toMatch(/^UPDATE REFUSED (?:NOT_IMAGE_MEMBER|NOT_FOUND)$/);
    for (const imageId of imageIds) {
      for (const row of (await stage.rows(imageId)) as object[]) expect(row).toMatchObject({ status: 'pending' });
    }
  });

  it('about many images has a row for each, and costs only the reads that identify the caller', async () => {
    await using stage = await openStage({ hasIdentity });
    const imageIds = [
      await stage.image({ members: { consumerA: 'pending', consumerB: 'accepted' } }),
      await stage.image({ members: { consumerA: 'rejected' }, attributes: { os_hidden: true } }),
      await stage.image({ members: { consumerA: 'accepted' } }),
      await stage.image({ members: { consumerB: 'pending' } }),
      await stage.image({ owner: 'consumerA', members: { consumerB: 'pending' } }),
      '..',
    ];
    const isSecure = stage.cloud.policy === 'secure';
    const before = stage.calls.length;
    expect(await runBulk(stage, 'consumerA', 'updateMemberStatuses', { imageIds, status: 'ACCEPTED' })).toEqual([
      'UPDATE DONE ACCEPTED',
      'UPDATE DONE ACCEPTED',
      'UPDATE DONE ACCEPTED',
      'UPDATE REFUSED NOT_FOUND',
      isSecure ? 'UPDATE REFUSED NOT_FOUND' : 'UPDATE REFUSED NOT_IMAGE_MEMBER',
      'UPDATE REFUSED INVALID_INPUT',
    ]);
    const calls = stage.calls.slice(before);
    expect(calls.filter((call) => call === 'updateMember')).toHaveLength(5);
    const known = calls.filter((call) => call !== 'updateMember').sort();
    // One more read finds out why the owner was refused.
    const reasons = isSecure ? [] : ['getImage'];
    expect(known).toEqual([...reasons, ...(hasIdentity ? ['getToken'] : ['listMembers', 'listTasks'])]);
    expect(await show(stage, 'consumerB', imageIds[3] ?? '', stage.cloud.projects.consumerB)).toBe('PENDING');
  });

  it('about many images finds the caller behind its own images, with no more than two reads in all', async () => {
    await using stage = await openStage({ hasIdentity });
    const own = [
      await stage.image({ owner: 'consumerA', members: { consumerB: 'pending' } }),
      await stage.image({ owner: 'consumerA', members: { consumerB: 'pending', stranger: 'pending' } }),
      await stage.image({ owner: 'consumerA' }),
    ];
    const shared = await stage.image({ members: { consumerA: 'pending', consumerB: 'pending' } });
    const before = stage.calls.length;
    const rows = await runBulk(stage, 'consumerA', 'updateMemberStatuses', {
      imageIds: [...own, shared],
      status: 'ACCEPTED',
    });
    expect(rows.slice(0, 3)).toEqual(Array(3).fill(expect.stringMatching(/^UPDATE REFUSED NOT_(IMAGE_MEMBER|FOUND)$/)));
    expect(rows[3]).toBe('UPDATE DONE ACCEPTED');
    // The images that are refused to their owner are looked up, to tell why: those that are refused together, in one call.
    const others = ['updateMember', 'getImage', 'listImagesById'];
    const reads = stage.calls.slice(before).filter((call) => !others.includes(call));
    expect(reads.sort()).toEqual(hasIdentity ? ['getToken'] : ['listMembers', 'listTasks']);
    expect(await stage.rows(own[1] ?? '')).toMatchObject([{ status: 'pending' }, { status: 'pending' }]);
  });
});

it('an administrator sets the status of a member that is named, in many images', async () => {
  await using stage = await openStage();
  const imageIds = [
    await stage.image({ members: { consumerA: 'pending' } }),
    await stage.image({ members: { consumerB: 'pending' } }),
  ];
  const input = { imageIds, memberId: stage.cloud.projects.consumerA, status: 'ACCEPTED' };
  expect(await runBulk(stage, 'admin', 'updateMemberStatuses', input)).toEqual([
    'UPDATE DONE ACCEPTED',
    'UPDATE REFUSED NOT_FOUND',
  ]);
});
