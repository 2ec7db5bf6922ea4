import { type Call, findImage, hasFourByteCharacters, isAdmin, livingMembers, requireJson, showTime } from './call.ts';
import { ApiError, badRequest, forbidden, notFound, serverError } from './errors.ts';
import { isJsonObject, type Json } from './json.ts';
import { bareNoContent, jsonReply, type Reply } from './reply.ts';
import type { Image, Member, MemberStatus } from './world.ts';

function requireImage(call: Call, imageId: string): Image {
  const image = findImage(call, imageId);
  if (image === undefined) throw notFound(`Image ${imageId} not found.`);
  return image;
}

function isOwner(call: Call, image: Image): boolean {
  return image.owner !== null && image.owner === call.caller.projectId;
}

/** Owner and admin see every member; a member sees only itself. Observed on Glance 25.1. */
function membersFor(call: Call, image: Image): Member[] {
  const members = livingMembers(image);
  if (isAdmin(call.caller) || isOwner(call, image)) return members;
  const { projectId } = call.caller;
  return projectId === null ? [] : members.filter(({ memberId }) => call.world.isSame(memberId, projectId));
}

function requireMember(call: Call, image: Image, memberId: string): Member {
  const member = membersFor(call, image).find((candidate) => call.world.isSame(candidate.memberId, memberId));
  if (member === undefined) throw notFound(`${memberId} not found in the member list of the image ${image.id}.`);
  return member;
}

function showMember(image: Image, member: Member, memberId: Json = member.memberId): { readonly [key: string]: Json } {
  return {
    member_id: memberId,
    image_id: image.id,
    status: member.status,
    created_at: showTime(member.createdAt),
    updated_at: showTime(member.updatedAt),
    schema: '/v2/schemas/member',
  };
}

/** Tells of a change as Glance does: with neither the owner nor who made it. Observed on Glance 25.1. */
function tell(call: Call, what: 'create' | 'update' | 'delete', image: Image, member: Member): void {
  const { memberId, status, removed } = member;
  const payload = { image_id: image.id, member_id: memberId, status, deleted: removed };
  call.world.tell(`image.member.${what}`, payload);
}

/** GET /v2/images/{image_id}/members. No paging, no filters; in order of first addition. */
export function listMembers(call: Call, imageId: string): Reply {
  const image = requireImage(call, imageId);
  if (image.visibility !== 'shared') {
    throw forbidden(`Not allowed to list members for image ${imageId}: Only shared images have members.`);
  }
  const members = membersFor(call, image).map((member) => showMember(image, member));
  return jsonReply({ members, schema: '/v2/schemas/members' });
}

/** GET /v2/images/{image_id}/members/{member_id}. Answers 404 where the list answers 403. */
export function getMember(call: Call, imageId: string, memberId: string): Reply {
  const image = requireImage(call, imageId);
  if (image.visibility !== 'shared') throw notFound('Only shared images have members.');
  return jsonReply(showMember(image, requireMember(call, image, memberId)));
}

function readNewMember(call: Call): Json {
  const body = requireJson(call);
  if (!isJsonObject(body)) throw badRequest('Expected a member in the form: {"member": "image_id"}');
  const member = body['member'];
  if (member === undefined) throw badRequest('Member to be added not specified');
  const isEmpty = !member || (typeof member === 'object' && Object.keys(member).length === 0);
  if (isEmpty) throw badRequest("Member can't be empty");
  return member;
}

/** Numbers and true are stored as text; values that cannot be stored fail with 500. Observed on Glance 25.1. */
function storedMemberId(member: Json): string {
  if (member === true) return '1';
  if (typeof member === 'number') return String(member);
  if (typeof member === 'string' && member.isWellFormed()) return member;
  throw serverError();
}

/**
 * POST /v2/images/{image_id}/members. Answers 200, not 201. Checks the quota before duplicates. A member that is added
 * again after its removal is pending, with its original `created_at` and position. Observed on Glance 25.1.
 */
export function createMember(call: Call, imageId: string): Reply {
  const given = readNewMember(call);
  const image = requireImage(call, imageId);
  if (image.visibility !== 'shared' || !(isAdmin(call.caller) || isOwner(call, image))) {
    throw forbidden(`Not allowed to create members for image ${imageId}.`);
  }
  if (typeof given === 'string' && given.isWellFormed() && hasFourByteCharacters(given)) {
    throw badRequest("Member can't contain 4 byte unicode characters.");
  }
  const attempted = livingMembers(image).length + 1;
  if (attempted > call.limits.memberQuota) {
    const reason = 'The limit has been exceeded on the number of allowed image members for this image.';
    const numbers = `Attempted: ${attempted}, Maximum: ${call.limits.memberQuota}`;
    throw new ApiError(413, `Image member limit exceeded for image ${imageId}: ${reason} ${numbers}:`);
  }
  const memberId = storedMemberId(given);
  const known = image.members.find((member) => call.world.isSame(member.memberId, memberId));
  if (known !== undefined && !known.removed) {
    throw new ApiError(409, `Member ${memberId} is duplicated for image ${imageId}`);
  }
  if (known === undefined) {
    const member = call.world.addMember(image, { memberId });
    tell(call, 'create', image, member);
    return jsonReply(showMember(image, member, given));
  }
  known.removed = false;
  known.memberId = memberId;
  known.status = 'pending';
  known.updatedAt = call.world.tick();
  tell(call, 'create', image, known);
  return jsonReply(showMember(image, known, given));
}

function isMemberStatus(value: Json | undefined): value is MemberStatus {
  return value === 'pending' || value === 'accepted' || value === 'rejected';
}

/**
 * PUT /v2/images/{image_id}/members/{member_id}, for the member itself and admin. Checks the shape of the body first,
 * then the permission, then the value. Setting the current status changes nothing.
 * Observed on Glance 25.1.
 */
export function updateMember(call: Call, imageId: string, memberId: string): Reply {
  const body = requireJson(call);
  if (!isJsonObject(body)) throw badRequest('Expected a status in the form: {"status": "status"}');
  const status = body['status'];
  if (status === undefined) throw badRequest('Status not specified');
  const image = requireImage(call, imageId);
  if (image.visibility !== 'shared' || (isOwner(call, image) && !isAdmin(call.caller))) {
    throw forbidden(`Not allowed to update members for image ${imageId}.`);
  }
  const member = requireMember(call, image, memberId);
  if (!isMemberStatus(status)) {
    throw badRequest('Incorrect request: Status must be "pending", "accepted" or "rejected".');
  }
  if (member.status !== status) {
    member.status = status;
    member.updatedAt = call.world.tick();
  }
  tell(call, 'update', image, member);
  return jsonReply(showMember(image, member));
}

/** DELETE /v2/images/{image_id}/members/{member_id}. A member cannot remove itself. Observed on Glance 25.1. */
export function deleteMember(call: Call, imageId: string, memberId: string): Reply {
  const image = requireImage(call, imageId);
  if (image.visibility !== 'shared' || !(isAdmin(call.caller) || isOwner(call, image))) {
    throw forbidden(`Not allowed to delete members for image ${imageId}.`);
  }
  const member = requireMember(call, image, memberId);
  member.removed = true;
  member.updatedAt = call.world.tick();
  tell(call, 'delete', image, member);
  return bareNoContent;
}
