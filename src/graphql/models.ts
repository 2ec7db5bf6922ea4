import type { TokenFacts } from '../identity/model.ts';
import type { ImageAttributes, ImageMember, ImageMemberKey } from '../upstream/model.ts';

/** An error that a caller can cause and mend; its codes are those of the schema. */
interface UserErrorModel {
  readonly code: string;
  readonly message: string;
  readonly field?: readonly string[] | null;
}

/** What all mutations answer, before their `image` is looked up. */
export interface Payload {
  /** Null where the id of the input can be no id. */
  readonly imageId: string | null;
  readonly userErrors: readonly UserErrorModel[];
}

/** The answer of a mutation that leaves a member behind. */
export interface MemberPayload extends Payload {
  readonly imageMember: ImageMember | null;
}

/** The answer of a mutation that removes a member. */
export interface DeletePayload extends Payload {
  readonly deletedImageMemberId: string | null;
}

/** The answer of a mutation that changes an image. */
export interface UpdateImageModel extends Payload {
  readonly hiddenMembers: readonly ImageMember[] | null;
}

/** What an image's members are now, and what changed. */
export interface ImageMembersChangedModel {
  /** Null where the token cannot see the image. */
  readonly imageId: string | null;
  readonly changes: readonly ImageMemberEventModel[];
}

/** What is shared with the caller now, and what changed. */
export interface SharedWithMeChangedModel {
  readonly images: readonly ImageAttributes[];
  readonly changes: readonly ImageMemberEventModel[];
}

/** A membership that changed. */
export interface ImageMemberEventModel extends ImageMemberKey {
  readonly action: 'ADDED' | 'UPDATED' | 'REMOVED';
  /** The membership as it is now; undefined: it is looked up. */
  readonly row?: ImageMember | undefined;
}

/** The result of changing one of several images, before its `image` is looked up. */
export interface ImageChangeModel extends Payload {
  readonly imageId: string;
  /** An outcome of the schema. */
  readonly outcome: string;
}

/** A membership of which nothing but the status is looked up. */
export type MemberStatusModel = Pick<ImageMember, 'imageId' | 'memberId' | 'status'>;

/** A membership as resolvers pass it on: whole, unless the query selects no more than this. */
export type ImageMemberModel = ImageMember | MemberStatusModel;

/** The caller, before its projects are looked up. */
export type ViewerModel = { readonly [Fact in 'user' | 'roles' | 'expiresAt']: TokenFacts[Fact] | null };
