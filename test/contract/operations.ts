import { expect } from 'vitest';
import type { Caller, ProjectName } from './cloud.ts';
import type { Answer, Stage } from './stage.ts';

/**
 * The operations of the graph, with results of a word or two, so that tests read as tables:
 * `PENDING`, `NOT_FOUND input.imageId` for a user error and its field, `error FORBIDDEN` for a GraphQL error, with
 * `UNKNOWN` after it if the outcome of a write is unknown.
 */

type MemberStatus = 'PENDING' | 'ACCEPTED' | 'REJECTED';

interface Member {
  readonly memberId: string;
  readonly imageId: string;
  readonly status: MemberStatus;
}

interface Payload {
  readonly imageMember?: Member | null;
  readonly deletedImageMemberId?: string | null;
  readonly userErrors: readonly { readonly code: string; readonly message: string; readonly field: string[] | null }[];
}

const userErrors = 'userErrors { code message field }';
const row = 'imageMember { id imageId memberId status createdAt updatedAt schema }';

/** Shares an image. */
export async function create(stage: Stage, caller: Caller, imageId: string, memberId: string): Promise<string> {
  const document = `mutation ($input: CreateImageMemberInput!) { write: createImageMember(input: $input) { ${row} ${userErrors} } }`;
  return judgeRow(await stage.ask(caller, document, { input: { imageId, memberId } }), { imageId, memberId });
}

/** Sets a member's status. */
export async function update(
  stage: Stage,
  caller: Caller,
  imageId: string,
  memberId: string,
  status: string,
): Promise<string> {
  const document = `mutation ($input: UpdateMemberStatusInput!) { write: updateMemberStatus(input: $input) { ${row} ${userErrors} } }`;
  return judgeRow(await stage.ask(caller, document, { input: { imageId, memberId, status } }), { imageId, memberId });
}

/** Removes a member: `removed`. */
export async function remove(stage: Stage, caller: Caller, imageId: string, memberId: string): Promise<string> {
  const document = `mutation ($input: DeleteImageMemberInput!) { write: deleteImageMember(input: $input) { deletedImageMemberId ${userErrors} } }`;
  const answer = await stage.ask(caller, document, { input: { imageId, memberId } });
  return judge(answer, ({ deletedImageMemberId }) => {
    if (!deletedImageMemberId) return null;
    expect(Buffer.from(deletedImageMemberId, 'base64url').toString()).toBe(`${imageId}/${memberId}`);
    return 'removed';
  });
}

interface BulkRow {
  readonly action: string;
  readonly outcome: string;
  readonly imageId: string;
  readonly memberId: string;
  readonly imageMember: { readonly status: string; readonly memberId: string } | null;
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] | null }[];
}

interface BulkPayload {
  readonly changes: readonly BulkRow[];
  readonly userErrors: readonly { readonly code: string }[];
}

type Bulk = 'createImageMembers' | 'deleteImageMembers' | 'setImageMembers' | 'updateMemberStatuses';

const bulkInputs = {
  createImageMembers: 'CreateImageMembersInput',
  deleteImageMembers: 'DeleteImageMembersInput',
  setImageMembers: 'SetImageMembersInput',
  updateMemberStatuses: 'UpdateMemberStatusesInput',
} as const satisfies Readonly<Record<Bulk, string>>;

/** The answer to a bulk mutation: one user error for all of it, or a line for each row, and the codes of its errors. */
export async function runBulk(
  stage: Stage,
  caller: Caller,
  bulk: Bulk,
  input: object,
): Promise<readonly string[] | string> {
  const document = `mutation ($input: ${bulkInputs[bulk]}!) { bulk: ${bulk}(input: $input) {
    changes { action outcome imageId memberId imageMember { memberId status } userErrors { code field } } userErrors { code }
  } }`;
  const { data, errors } = await stage.ask(caller, document, { input });
  if (data === null) return `error ${errors.map(({ extensions }) => extensions.code).join()}`;
  const { changes, userErrors } = (data as { bulk: BulkPayload }).bulk;
  const failures = new Map(errors.map(({ path, extensions }) => [path?.join('.'), extensions.code]));
  if (userErrors.length > 0) {
    expect(changes).toEqual([]);
    return userErrors.map(({ code }) => code).join();
  }
  return changes.map(({ action, outcome, memberId, imageMember, userErrors: refusals }, index) => {
    if (imageMember) expect(imageMember.memberId).toBe(memberId);
    const failure = failures.get(`bulk.changes.${index}`);
    const why = [...refusals.map(({ code }) => code), ...(failure ? [failure] : [])];
    return [action, outcome, imageMember?.status, ...why].filter(Boolean).join(' ');
  });
}

/** The members of an image, as `name STATUS`; null if no image is visible. */
export async function list(
  stage: Stage,
  caller: Caller,
  imageId: string,
  status?: readonly MemberStatus[],
): Promise<readonly string[] | string | null> {
  const document =
    'query ($id: ID!, $status: [MemberStatus!]) { image(id: $id) { members(status: $status) { memberId status } } }';
  const { data, errors } = await stage.ask(caller, document, { id: imageId, status });
  if (errors.length > 0) return judgeErrors(errors);
  const { image } = data as { image: { members: Member[] } | null };
  return image?.members.map((member) => `${toName(stage, member.memberId)} ${member.status}`).sort() ?? null;
}

/** The status of one member; null if none is visible. */
export async function show(stage: Stage, caller: Caller, imageId: string, memberId: string): Promise<string | null> {
  const document =
    'query ($imageId: ID!, $memberId: ID!) { imageMember(imageId: $imageId, memberId: $memberId) { imageId memberId status } }';
  const { data, errors } = await stage.ask(caller, document, { imageId, memberId });
  if (errors.length > 0) return judgeErrors(errors);
  const { imageMember } = data as { imageMember: Member | null };
  if (imageMember === null) return null;
  expect(imageMember).toMatchObject({ imageId, memberId });
  return imageMember.status;
}

/** The visibility of an image; null if none is visible. */
export async function look(stage: Stage, caller: Caller, imageId: string): Promise<string | null> {
  const { data, errors } = await stage.ask(caller, 'query ($id: ID!) { image(id: $id) { visibility } }', {
    id: imageId,
  });
  if (errors.length > 0) return judgeErrors(errors);
  return (data as { image: { visibility: string } | null }).image?.visibility ?? null;
}

/** The ids of this stage's images in a list, in the list's order. */
export async function find(stage: Stage, caller: Caller, filter: object = {}, orderBy?: object): Promise<string[]> {
  const document =
    'query ($filter: ImageFilter, $orderBy: ImageOrder) { images(first: 100, filter: $filter, orderBy: $orderBy) { nodes { id } } }';
  const answer = await stage.ask(caller, document, { filter: { tag: stage.tag, ...filter }, orderBy });
  expect(answer.errors).toEqual([]);
  return (answer.data as { images: { nodes: { id: string }[] } }).images.nodes.map(({ id }) => id);
}

/** The codes of an answer's errors. */
export function codes({ errors }: Answer): string[] {
  return errors.map(({ extensions }) => extensions.code);
}

function judgeRow(answer: Answer, key: { imageId: string; memberId: string }): string {
  return judge(answer, ({ imageMember }) => {
    if (!imageMember) return null;
    expect(imageMember).toMatchObject({ ...key, schema: '/v2/schemas/member' });
    return imageMember.status;
  });
}

/** A write either succeeded or has exactly one user error; only `ALREADY_MEMBER` comes with a row as well. */
function judge({ data, errors }: Answer, toWord: (payload: Payload) => string | null): string {
  if (errors.length > 0) {
    expect(data ?? null).toBeNull();
    return judgeErrors(errors);
  }
  const { write } = data as { write: Payload };
  const word = toWord(write);
  const [refusal, ...more] = write.userErrors;
  expect(more).toEqual([]);
  if (refusal === undefined) {
    expect(word).not.toBeNull();
    return word as string;
  }
  expect(refusal.message).not.toBe('');
  const refused = `${refusal.code} ${refusal.field?.join('.') ?? '-'}`;
  if (refusal.code === 'ALREADY_MEMBER') return `${refused}: ${word}`;
  expect(word).toBeNull();
  return refused;
}

function judgeErrors(errors: Answer['errors']): string {
  return `error ${errors.map(({ extensions: { code, outcome } }) => [code, outcome].join(' ').trim()).join(', ')}`;
}

function toName(stage: Stage, projectId: string): string {
  const projects = Object.entries(stage.cloud.projects) as [ProjectName, string][];
  return projects.find(([, id]) => id === projectId)?.[0] ?? projectId;
}
