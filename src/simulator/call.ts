import { badRequest } from './errors.ts';
import { type Json, readJson } from './json.ts';
import type { Identity, Image, Member, World } from './world.ts';

/** The limits an operator sets; defaults are Glance's own. */
export interface Limits {
  /** Maximum number of members of one image. */
  readonly memberQuota: number;
  /** Default number of images on a page. */
  readonly pageDefault: number;
  /** Maximum number of images on a page. */
  readonly pageMax: number;
}

/** A complete request body. */
export interface ReceivedBody {
  /** Empty for uploads, whose bytes are only counted and hashed. */
  readonly bytes: Uint8Array;
  readonly size: number;
  /** Hex digests, of uploads only. */
  readonly md5: string;
  readonly sha512: string;
}

/** One routed request with a valid token. */
export interface Call {
  readonly world: World;
  readonly limits: Limits;
  readonly caller: Identity;
  /** The base URL of this server, without a trailing slash. */
  readonly url: string;
  readonly method: string;
  /** The query string, without the question mark, as sent. */
  readonly query: string;
  readonly contentType: string | undefined;
  readonly hasBody: boolean;
  readonly body: ReceivedBody;
}

/** The JSON body of a call that requires one. Throws 400. */
export function requireJson(call: Call): readonly Json[] | { readonly [key: string]: Json } {
  if (!call.hasBody) throw badRequest('Body expected in request.');
  return readJson(call.body.bytes);
}

/** Whether the caller's roles include admin. */
export function isAdmin(caller: Identity): boolean {
  return caller.roles.includes('admin');
}

/** The image's members, without removed ones. */
export function livingMembers(image: Image): Image['members'] {
  return image.members.filter((member) => !member.removed);
}

/**
 * Whether the image is visible to the caller: to admin, the owner, everyone for public, community and ownerless images,
 * and to members of any status while the image is shared. Other roles do not matter. Observed on Glance 25.1.
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

/** Whether the caller may change the image, as its owner or admin. */
export function isMutable(caller: Identity, image: Image): boolean {
  return isAdmin(caller) || (image.owner !== null && image.owner === caller.projectId);
}

/** The image with this id, if it is visible to the caller. */
export function findImage(call: Call, imageId: string): Image | undefined {
  const image = call.world.findImage(imageId);
  return image !== undefined && isVisible(call, image) ? image : undefined;
}

/** A time in the API's format: whole seconds, UTC. */
export function showTime(microseconds: number): string {
  return `${new Date(Math.floor(microseconds / 1000)).toISOString().slice(0, 19)}Z`;
}

/** Whether a text has characters outside the Basic Multilingual Plane, which Glance refuses in names and members. */
export function hasFourByteCharacters(text: string): boolean {
  return /[\u{10000}-\u{10ffff}]/u.test(text);
}
