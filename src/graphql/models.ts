import type { TokenFacts } from '../identity/model.ts';
import type { ImageMember, MemberStatus } from '../upstream/model.ts';

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

/** The caller's own membership, before more than its status is looked up. */
export interface MyMembershipModel {
  readonly imageId: string;
  readonly status: MemberStatus;
}

/** The caller, before its projects are looked up. */
export type ViewerModel = { readonly [Fact in 'user' | 'roles' | 'expiresAt']: TokenFacts[Fact] | null };
