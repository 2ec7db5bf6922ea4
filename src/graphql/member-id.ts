import type { ImageMemberKey } from '../upstream/model.ts';

/**
 * The opaque `ImageMember.id`. Unique, because no id holds a slash: those that do are refused before anything is asked.
 */
export function toImageMemberId({ imageId, memberId }: ImageMemberKey): string {
  return Buffer.from(`${imageId}/${memberId}`).toString('base64url');
}
