import { describe, expect, it, vi } from 'vitest';
import { GatewayError } from '../../../src/errors.ts';
import type { TokenFacts } from '../../../src/identity/model.ts';
import { ask, contextOf } from '../../support/ask.ts';
import { FakeImages, failure, makeImage, makeMember } from '../../support/fake-images.ts';
import { imageId } from '../../support/image-id.ts';

const document = `mutation ($input: UpdateMemberStatusesInput!) {
  payload: updateMemberStatuses(input: $input) {
    changes { imageId memberId action outcome imageMember { memberId status } userErrors { code field } }
    userErrors { code }
  }
}`;

interface Row {
  readonly imageId: string;
  readonly memberId: string | null;
  readonly outcome: string;
  readonly userErrors: readonly { readonly code: string }[];
}

type Held = NonNullable<ConstructorParameters<typeof FakeImages>[0]>;
interface Options extends Held {
  readonly memberId?: string;
  /** What the Identity service says of the token; by default there is none. */
  readonly token?: Partial<TokenFacts> | Error;
}

const member = (number: number, ...ids: readonly string[]) => ({
  [imageId(number)]: { rows: ids.map((id) => makeMember(number, id)), errors: [] },
});

/** Accepts images, which the caller sees as told. @returns rows in short: image, member id, outcome, codes. */
async function accept(images: readonly (number | string)[], options: Options) {
  const { memberId, token, ...held } = options;
  const client = new FakeImages(held);
  const context = contextOf(client, { bulkConcurrency: 2 });
  const facts = vi.spyOn(context.identity, 'token');
  if (token instanceof Error) facts.mockRejectedValue(token);
  else facts.mockResolvedValue((token as TokenFacts | undefined) ?? null);
  const imageIds = images.map((image) => (typeof image === 'string' ? image : imageId(image)));
  const { data, errors } = await ask(context, document, { input: { imageIds, memberId, status: 'ACCEPTED' } });
  const changes = (data as { payload: { changes: readonly Row[] } } | null)?.payload.changes;
  const rows = changes?.map((row) =>
    [Number(row.imageId.slice(-12)), row.memberId, row.outcome, ...row.userErrors.map(({ code }) => code)].join(' '),
  );
  return { client, errors, changes, rows };
}

describe('updateMemberStatuses with "memberId"', () => {
  it('changes the status in all images, a few concurrently, without another call', async () => {
    const { client, changes, errors } = await accept([1, 2, 3], { memberId: 'a' });
    expect(changes).toEqual(
      [1, 2, 3].map((number) => ({
        imageId: imageId(number),
        memberId: 'a',
        action: 'UPDATE',
        outcome: 'DONE',
        imageMember: { memberId: 'a', status: 'ACCEPTED' },
        userErrors: [],
      })),
    );
    expect(errors).toEqual([]);
    expect(client.calls).toEqual([1, 2, 3].map((number) => `updateMember #${number}/a ACCEPTED`));
    expect(client.mostAtOnce).toBe(2);
  });

  it('has user errors that point to its own input', async () => {
    const { changes } = await accept(['..', 1], { memberId: '', fail: () => failure(404) });
    const invalid = (field: string) => ({ code: 'INVALID_INPUT', field: ['input', field] });
    expect(changes).toMatchObject([
      { memberId: '', outcome: 'REFUSED', userErrors: [invalid('imageIds'), invalid('memberId')] },
      { memberId: '', outcome: 'REFUSED', userErrors: [invalid('memberId')] },
    ]);
  });
});

describe('updateMemberStatuses without "memberId"', () => {
  it('uses the project of the token, if the Identity service knows it', async () => {
    const { client, rows } = await accept([1, 2, 3], { token: { project: { id: 'own', name: 'Own' } } });
    expect(rows).toEqual(['1 own DONE', '2 own DONE', '3 own DONE']);
    expect(client.calls).toEqual([1, 2, 3].map((number) => `updateMember #${number}/own ACCEPTED`));
    expect(client.mostAtOnce).toBe(2);
  });

  it('reports at each row that the Identity service fails, and changes nothing', async () => {
    const token = new GatewayError('UPSTREAM_TIMEOUT', 'late');
    const { client, rows, errors } = await accept([1, 2], { token });
    expect(rows).toEqual(['1  FAILED', '2  FAILED']);
    expect(errors.map(({ path }) => path)).toEqual([
      ['payload', 'changes', 0],
      ['payload', 'changes', 1],
    ]);
    expect(client.calls).toEqual([]);
  });

  it('learns the member id from the first image that is shared with the caller', async () => {
    const { client, rows } = await accept([9, 1, 2, 3], { members: member(1, 'a') });
    expect(rows).toEqual(['9 a REFUSED NOT_FOUND', '1 a DONE', '2 a DONE', '3 a DONE']);
    expect(client.calls).toEqual([
      'listMembers #9',
      'listMembers #1',
      'listTasks',
      'updateMember #1/a ACCEPTED',
      'updateMember #2/a ACCEPTED',
      'updateMember #3/a ACCEPTED',
    ]);
    expect(client.mostAtOnce).toBe(2);
  });

  it.each([
    ['shared', 'NOT_IMAGE_MEMBER'],
    ['private', 'IMAGE_NOT_SHARED'],
  ])('learns the member id from the first %s image of the caller', async (visibility, code) => {
    const images = [makeImage(1, { visibility, owner: 'p' })];
    const { client, rows } = await accept([1, 2], { images, members: member(1) });
    expect(rows).toEqual([`1 p REFUSED ${code}`, '2 p DONE']);
    expect(client.calls.slice(-1)).toEqual(['updateMember #2/p ACCEPTED']);
    expect(client.calls).not.toContain('listMembers #2');
  });

  it('learns nothing from the last image, because nobody needs it', async () => {
    const images = [makeImage(1, { owner: 'p' })];
    const { client, rows } = await accept([1], { images, members: member(1) });
    expect(rows).toEqual(['1  REFUSED NOT_IMAGE_MEMBER']);
    expect(client.calls).not.toContain('listTasks');
  });

  it('takes the single member of an image for the caller only if upstream accepts the change', async () => {
    const images = [makeImage(1, { owner: 'p' })];
    const fail = (call: string) => (call.startsWith('updateMember #1/') ? failure(403) : undefined);
    const only = await accept([1], { images, members: member(1, 'b'), fail });
    expect(only.rows).toEqual(['1  REFUSED NOT_IMAGE_MEMBER']);
    const more = await accept([1, 2], { images, members: member(1, 'b'), fail });
    expect(more.rows).toEqual(['1 p REFUSED NOT_IMAGE_MEMBER', '2 p DONE']);
  });

  it('changes nothing for an administrator, whose member id no image reveals', async () => {
    const members = { ...member(1, 'a'), ...member(2, 'a') };
    const images = [makeImage(1), makeImage(2)];
    const { client, changes, rows } = await accept([1, 2], { images, members, isOrdinary: false });
    expect(rows).toEqual(['1  REFUSED NOT_IMAGE_MEMBER', '2  REFUSED NOT_IMAGE_MEMBER']);
    expect(changes?.[0]).toMatchObject({ memberId: null, imageMember: null });
    expect(client.calls).toEqual(['listMembers #1', 'listTasks']);
  });
});
