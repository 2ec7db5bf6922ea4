import { GatewayError } from '../../errors.ts';
import type { View } from '../../live/view.ts';
import { KeptReads } from '../../upstream/kept-reads.ts';
import type { ImageAttributes, MemberStatus } from '../../upstream/model.ts';
import { mayBeSameId } from '../../upstream/same-id.ts';
import type { GatewayContext } from '../context.ts';
import { loadOwnStatuses } from '../data/own-statuses.ts';
import { Ownership } from '../data/ownership.ts';
import type { MemberStatusFilter } from '../generated.ts';
import type { ImageMemberEventModel } from '../models.ts';
import { toListOrder } from './image-order.ts';
import { walkImages } from './image-walk.ts';
import { findOwnRow } from './my-membership.ts';

/** What is shared with a token's project. */
export interface InboxState {
  readonly images: readonly ImageAttributes[];
  /** The caller's status in each of these images, by their ids. */
  readonly statuses: ReadonlyMap<string, MemberStatus>;
  /** The caller's status in images that have left the list, and in which it is still a member. */
  readonly left: ReadonlyMap<string, MemberStatus>;
  /** The caller's project; null until an image is shared with it. */
  readonly memberId: string | null;
  readonly ownership: Ownership;
  readonly reads: KeptReads;
}

/** How many images that left the list are remembered. */
const maxLeft = 1_000;

/** How many images are tried to learn the id of the caller's project from their members. */
const maxTries = 3;

/**
 * The view behind `sharedWithMeChanged`: one call for each read while nothing changes, four with `ALL`. Images that
 * leave cost three more together; so do those that come while the caller's project is not known yet.
 */
export function createInboxView(filter: MemberStatusFilter, maxImages: number): View<GatewayContext, InboxState> {
  return {
    key: `inbox ${filter}`,
    read: (context, previous) => readInbox(context, filter, maxImages, previous),
    isSame: (one, other) => diff(one, other).next().done === true,
    concerns(hint, state) {
      if (state === null) return true;
      if (hint.kind === 'member') return state.memberId === null || mayBeSameId(hint.memberId, state.memberId);
      return hint.mayAppear || state.statuses.has(hint.imageId) || state.left.has(hint.imageId);
    },
  };
}

/** What changed between two states of the inbox. */
export function toInboxEvents(before: InboxState | null, now: InboxState): ImageMemberEventModel[] {
  const memberId = now.memberId ?? before?.memberId ?? null;
  if (before === null || memberId === null) return [];
  return [...diff(before, now)].map((event) => ({ ...event, memberId }));
}

function* diff(before: InboxState, now: InboxState): Generator<Omit<ImageMemberEventModel, 'memberId'>> {
  for (const [imageId, status] of now.statuses) {
    const was = before.statuses.get(imageId) ?? before.left.get(imageId);
    if (was === undefined) yield { action: 'ADDED', imageId };
    else if (was !== status || !before.statuses.has(imageId)) yield { action: 'UPDATED', imageId };
  }
  for (const imageId of before.statuses.keys()) {
    if (!now.statuses.has(imageId)) yield { action: now.left.has(imageId) ? 'UPDATED' : 'REMOVED', imageId };
  }
}

async function readInbox(
  context: GatewayContext,
  filter: MemberStatusFilter,
  maxImages: number,
  previous: InboxState | null,
): Promise<InboxState> {
  const reads = new KeptReads();
  const { loaders } = context;
  const ownership = new Ownership(previous?.ownership, previous?.memberId ?? null);
  const { rows } = await walkImages(
    {
      order: toListOrder(null),
      query: { visibility: 'SHARED', memberStatus: filter },
      after: undefined,
      count: maxImages,
      leaveOutOwn: filter,
      ownership,
    },
    context,
    (error) => error,
  );
  const images = rows.flatMap(({ image }) => (image instanceof Error ? [] : [image])).slice(0, maxImages);
  const statuses = new Map<string, MemberStatus>();
  for (const image of images) {
    const status = filter === 'ALL' ? await loaders.ownStatus(image) : filter;
    if (status !== null) statuses.set(image.id, status);
  }
  const left = await readLeft(context, previous, statuses);
  const memberId = previous?.memberId ?? (await findMemberId(context, images));
  return { images, statuses, left, memberId, ownership, reads };
}

/** Reads the caller's status in images that have left the list: it may still be a member of some. */
async function readLeft(
  { client }: GatewayContext,
  previous: InboxState | null,
  statuses: ReadonlyMap<string, MemberStatus>,
): Promise<ReadonlyMap<string, MemberStatus>> {
  if (previous === null) return new Map();
  const left = new Map([...previous.left].filter(([id]) => !statuses.has(id)));
  const gone = previous.images.filter(({ id }) => !statuses.has(id));
  const fates = await loadOwnStatuses(client, gone);
  gone.forEach(({ id }, index) => {
    const fate = fates[index];
    if (fate instanceof Error) throw fate;
    if (fate && fate !== 'SEVERAL') left.set(id, fate);
  });
  return new Map([...left].slice(-maxLeft));
}

/** The id of the caller's project, from its own row in one of these images. */
async function findMemberId(context: GatewayContext, images: readonly ImageAttributes[]): Promise<string | null> {
  if (images.length === 0) return null;
  for (const { id } of images.slice(0, maxTries)) {
    const row = await findOwnRow(id, context);
    if (row !== null) return row.memberId;
  }
  throw new GatewayError('UPSTREAM_UNAVAILABLE', 'The list of shared images changed while it was read. Try again.');
}
