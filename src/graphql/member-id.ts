import type { ImageMemberKey } from '../upstream/model.ts';

/**
 * The opaque `ImageMember.id`. It is unique, because neither id contains a slash: such ids are refused before any call.
 */
export function toImageMemberId({ imageId, memberId }: ImageMemberKey): string {
  return Buffer.from(`${imageId}/${memberId}`).toString('base64url');
}
