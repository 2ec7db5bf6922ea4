import type { TokenFacts } from '../identity/model.ts';
import type { ImageAttributes, ImageMember, ImageMemberKey } from '../upstream/model.ts';

/** An error that a caller can cause and fix, with the codes of the schema. */
interface UserErrorModel {
  readonly code: string;
  readonly message: string;
  readonly field?: readonly string[] | null;
}

/** The payload of a mutation, before its `image` is looked up. */
export interface Payload {
  /** Null if the id in the input is invalid. */
  readonly imageId: string | null;
  readonly userErrors: readonly UserErrorModel[];
}

/** The payload of a mutation that returns a member. */
export interface MemberPayload extends Payload {
  readonly imageMember: ImageMember | null;
}

/** The payload of a mutation that removes a member. */
export interface DeletePayload extends Payload {
  readonly deletedImageMemberId: string | null;
}

/** The payload of a mutation that changes an image. */
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
  /** A value of the enum `ImageMemberOutcome`. */
  readonly outcome: string;
}

/** A membership of which only the status has been looked up. */
export type MemberStatusModel = Pick<ImageMember, 'imageId' | 'memberId' | 'status'>;

/** A membership as resolvers pass it on: complete, or partial if the query selects no more. */
export type ImageMemberModel = ImageMember | MemberStatusModel;

/** The caller, before its projects are looked up. */
export type ViewerModel = { readonly [Fact in 'user' | 'roles' | 'expiresAt']: TokenFacts[Fact] | null };
