/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** The kinds of errors that a user can fix. */
export type ImageUserErrorCode =
  /** The project is already a member of the image; the payload has the existing member. */
  | 'ALREADY_MEMBER'
  /** Members can be changed only while the image's visibility is `SHARED`. */
  | 'IMAGE_NOT_SHARED'
  /** An argument has an invalid value. */
  | 'INVALID_INPUT'
  /** The image has as many members as the operator of the cloud allows. */
  | 'MEMBER_LIMIT_EXCEEDED'
  /** The image or member does not exist, or the token may not see it: the Images API does not distinguish the two. */
  | 'NOT_FOUND'
  /** Only the member itself may set its status, with a token of its own project. */
  | 'NOT_IMAGE_MEMBER'
  /** Only the project that owns the image may do this. */
  | 'NOT_IMAGE_OWNER'
  /** The cloud does not allow this token to give the image that visibility. */
  | 'VISIBILITY_NOT_ALLOWED';

/** A member's decision about an image that is shared with it. */
export type MemberStatus =
  /** Accepted: the image is in the member's image list. */
  | 'ACCEPTED'
  /** Not decided, or reset: the member can use the image by its id, but it is not in the member's image list. */
  | 'PENDING'
  /** Rejected: the member can use the image by its id, but it is not in the member's image list. */
  | 'REJECTED';

/** The membership to change, and its new status. */
export type UpdateMemberStatusInput = {
  /** The id of the image. */
  readonly imageId: string;
  /**
   * The id of the member's project. It defaults to the caller's own project, which costs one call to the Identity service,
   * or two to the Images API if no Identity service is configured. Administrators must then name it.
   */
  readonly memberId?: string | null | undefined;
  /** The new status. */
  readonly status: MemberStatus;
};

export type InboxQueryVariables = Exact<{ [key: string]: never; }>;


export type InboxQuery = { readonly images: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly name: string | null, readonly myMembership: { readonly id: string, readonly status: MemberStatus } | null }> } | null };

export type InboxChangedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type InboxChangedSubscription = { readonly sharedWithMeChanged: { readonly changes: ReadonlyArray<{ readonly imageId: string }> } | null };

export type DecideMutationVariables = Exact<{
  input: UpdateMemberStatusInput;
}>;


export type DecideMutation = { readonly updateMemberStatus: { readonly imageMember: { readonly id: string, readonly status: MemberStatus } | null, readonly userErrors: ReadonlyArray<{ readonly code: ImageUserErrorCode, readonly message: string }> } };


export const InboxDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Inbox"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"images"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"50"}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"sharedWithMe"},"value":{"kind":"BooleanValue","value":true}},{"kind":"ObjectField","name":{"kind":"Name","value":"memberStatus"},"value":{"kind":"EnumValue","value":"ALL"}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"myMembership"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}}]}}]}}]}}]} as unknown as DocumentNode<InboxQuery, InboxQueryVariables>;
export const InboxChangedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"InboxChanged"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sharedWithMeChanged"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"memberStatus"},"value":{"kind":"EnumValue","value":"ALL"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"changes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"imageId"}}]}}]}}]}}]} as unknown as DocumentNode<InboxChangedSubscription, InboxChangedSubscriptionVariables>;
export const DecideDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Decide"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateMemberStatusInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateMemberStatus"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"imageMember"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<DecideMutation, DecideMutationVariables>;