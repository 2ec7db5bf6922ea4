import { badRequest } from './errors.ts';
import { type Json, readJson } from './json.ts';
import type { Identity, Image, Member, World } from './world.ts';

/** The limits an operator sets; defaults are Glance's own. */
export interface Limits {
  /** Largest number of members of one image. */
  readonly memberQuota: number;
  /** Images on a page when the request does not say. */
  readonly pageDefault: number;
  /** Images on a page at most. */
  readonly pageMax: number;
}

/** A request body, read to its end. */
export interface ReceivedBody {
  /** Empty for uploads, whose bytes are only counted and hashed. */
  readonly bytes: Uint8Array;
  readonly size: number;
  /** Hex digests, of uploads only. */
  readonly md5: string;
  readonly sha512: string;
}

/** One request with a good token, routed. */
export interface Call {
  readonly world: World;
  readonly limits: Limits;
  readonly caller: Identity;
  /** Where this server is reached, without a slash at the end. */
  readonly url: string;
  readonly method: string;
  /** What stands after the question mark, as sent. */
  readonly query: string;
  readonly contentType: string | undefined;
  readonly hasBody: boolean;
  readonly body: ReceivedBody;
}

/** The JSON body of a call that must have one. Throws 400. */
export function requireJson(call: Call): readonly Json[] | { readonly [key: string]: Json } {
  if (!call.hasBody) throw badRequest('Body expected in request.');
  return readJson(call.body.bytes);
}

/** Whether the caller's roles include admin. */
export function isAdmin(caller: Identity): boolean {
  return caller.roles.includes('admin');
}

/** The image's members that were not removed. */
export function livingMembers(image: Image): Image['members'] {
  return image.members.filter((member) => !member.removed);
}

/**
 * Whether the caller sees the image: admin, owner, everybody for public, community and ownerless images, and
 * members of any status while the image is shared. Roles beside admin do not matter. Observed on Glance 25.1.
 */
export function isVisible({ caller, world }: Call, image: Image): boolean {
  if (isAdmin(caller) || image.owner === null) return true;
  if (image.visibility === 'public' || image.visibility === 'community') return true;
  if (caller.projectId === null) return false;
  if (image.owner === caller.projectId) return true;
  const { projectId } = caller;
  const isCaller = ({ memberId }: Member): boolean => world.isSame(memberId, projectId);
  return image.visibility === 'shared' && livingMembers(image).some(isCaller);
}

/** Whether the caller may change the image: its owner and admin. */
export function isMutable(caller: Identity, image: Image): boolean {
  return isAdmin(caller) || (image.owner !== null && image.owner === caller.projectId);
}

/** The image with this id, if the caller sees it. What he may not see does not exist for him. */
export function findImage(call: Call, imageId: string): Image | undefined {
  const image = call.world.findImage(imageId);
  return image !== undefined && isVisible(call, image) ? image : undefined;
}

/** A time as the API shows it: whole seconds, UTC. */
export function showTime(microseconds: number): string {
  return `${new Date(Math.floor(microseconds / 1000)).toISOString().slice(0, 19)}Z`;
}

/** Whether a text has characters beyond the Basic Multilingual Plane, which Glance refuses in names and members. */
export function hasFourByteCharacters(text: string): boolean {
  return /[\u{10000}-\u{10ffff}]/u.test(text);
}
