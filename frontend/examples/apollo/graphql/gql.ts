/* eslint-disable */
import * as types from './graphql';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "query Inbox {\n  images(first: 50, filter: {sharedWithMe: true, memberStatus: ALL}) {\n    nodes {\n      id\n      name\n      myMembership {\n        id\n        status\n      }\n    }\n  }\n}\n\nsubscription InboxChanged {\n  sharedWithMeChanged(memberStatus: ALL) {\n    images {\n      id\n      name\n      myMembership {\n        id\n        status\n      }\n    }\n  }\n}\n\nmutation Decide($input: UpdateMemberStatusInput!) {\n  updateMemberStatus(input: $input) {\n    imageMember {\n      id\n      status\n    }\n    userErrors {\n      code\n      message\n    }\n  }\n}\n\nquery Members($imageId: ID!) {\n  image(id: $imageId) {\n    id\n    name\n    ...MemberList\n  }\n}\n\nfragment MemberList on Image {\n  id\n  members {\n    id\n    memberId\n    status\n  }\n}\n\nmutation Share($input: CreateImageMemberInput!) {\n  createImageMember(input: $input) {\n    image {\n      ...MemberList\n    }\n    userErrors {\n      code\n      message\n    }\n  }\n}\n\nmutation StopSharing($input: DeleteImageMemberInput!) {\n  deleteImageMember(input: $input) {\n    deletedImageMemberId\n    userErrors {\n      code\n      message\n    }\n  }\n}\n\nquery PendingInbox($after: String) {\n  images(\n    first: 2\n    after: $after\n    filter: {sharedWithMe: true, memberStatus: PENDING}\n  ) {\n    edges {\n      cursor\n      node {\n        id\n        name\n        myMembership {\n          id\n          status\n        }\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}": typeof types.InboxDocument,
};
const documents: Documents = {
    "query Inbox {\n  images(first: 50, filter: {sharedWithMe: true, memberStatus: ALL}) {\n    nodes {\n      id\n      name\n      myMembership {\n        id\n        status\n      }\n    }\n  }\n}\n\nsubscription InboxChanged {\n  sharedWithMeChanged(memberStatus: ALL) {\n    images {\n      id\n      name\n      myMembership {\n        id\n        status\n      }\n    }\n  }\n}\n\nmutation Decide($input: UpdateMemberStatusInput!) {\n  updateMemberStatus(input: $input) {\n    imageMember {\n      id\n      status\n    }\n    userErrors {\n      code\n      message\n    }\n  }\n}\n\nquery Members($imageId: ID!) {\n  image(id: $imageId) {\n    id\n    name\n    ...MemberList\n  }\n}\n\nfragment MemberList on Image {\n  id\n  members {\n    id\n    memberId\n    status\n  }\n}\n\nmutation Share($input: CreateImageMemberInput!) {\n  createImageMember(input: $input) {\n    image {\n      ...MemberList\n    }\n    userErrors {\n      code\n      message\n    }\n  }\n}\n\nmutation StopSharing($input: DeleteImageMemberInput!) {\n  deleteImageMember(input: $input) {\n    deletedImageMemberId\n    userErrors {\n      code\n      message\n    }\n  }\n}\n\nquery PendingInbox($after: String) {\n  images(\n    first: 2\n    after: $after\n    filter: {sharedWithMe: true, memberStatus: PENDING}\n  ) {\n    edges {\n      cursor\n      node {\n        id\n        name\n        myMembership {\n          id\n          status\n        }\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}": types.InboxDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Inbox {\n  images(first: 50, filter: {sharedWithMe: true, memberStatus: ALL}) {\n    nodes {\n      id\n      name\n      myMembership {\n        id\n        status\n      }\n    }\n  }\n}\n\nsubscription InboxChanged {\n  sharedWithMeChanged(memberStatus: ALL) {\n    images {\n      id\n      name\n      myMembership {\n        id\n        status\n      }\n    }\n  }\n}\n\nmutation Decide($input: UpdateMemberStatusInput!) {\n  updateMemberStatus(input: $input) {\n    imageMember {\n      id\n      status\n    }\n    userErrors {\n      code\n      message\n    }\n  }\n}\n\nquery Members($imageId: ID!) {\n  image(id: $imageId) {\n    id\n    name\n    ...MemberList\n  }\n}\n\nfragment MemberList on Image {\n  id\n  members {\n    id\n    memberId\n    status\n  }\n}\n\nmutation Share($input: CreateImageMemberInput!) {\n  createImageMember(input: $input) {\n    image {\n      ...MemberList\n    }\n    userErrors {\n      code\n      message\n    }\n  }\n}\n\nmutation StopSharing($input: DeleteImageMemberInput!) {\n  deleteImageMember(input: $input) {\n    deletedImageMemberId\n    userErrors {\n      code\n      message\n    }\n  }\n}\n\nquery PendingInbox($after: String) {\n  images(\n    first: 2\n    after: $after\n    filter: {sharedWithMe: true, memberStatus: PENDING}\n  ) {\n    edges {\n      cursor\n      node {\n        id\n        name\n        myMembership {\n          id\n          status\n        }\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}"): (typeof documents)["query Inbox {\n  images(first: 50, filter: {sharedWithMe: true, memberStatus: ALL}) {\n    nodes {\n      id\n      name\n      myMembership {\n        id\n        status\n      }\n    }\n  }\n}\n\nsubscription InboxChanged {\n  sharedWithMeChanged(memberStatus: ALL) {\n    images {\n      id\n      name\n      myMembership {\n        id\n        status\n      }\n    }\n  }\n}\n\nmutation Decide($input: UpdateMemberStatusInput!) {\n  updateMemberStatus(input: $input) {\n    imageMember {\n      id\n      status\n    }\n    userErrors {\n      code\n      message\n    }\n  }\n}\n\nquery Members($imageId: ID!) {\n  image(id: $imageId) {\n    id\n    name\n    ...MemberList\n  }\n}\n\nfragment MemberList on Image {\n  id\n  members {\n    id\n    memberId\n    status\n  }\n}\n\nmutation Share($input: CreateImageMemberInput!) {\n  createImageMember(input: $input) {\n    image {\n      ...MemberList\n    }\n    userErrors {\n      code\n      message\n    }\n  }\n}\n\nmutation StopSharing($input: DeleteImageMemberInput!) {\n  deleteImageMember(input: $input) {\n    deletedImageMemberId\n    userErrors {\n      code\n      message\n    }\n  }\n}\n\nquery PendingInbox($after: String) {\n  images(\n    first: 2\n    after: $after\n    filter: {sharedWithMe: true, memberStatus: PENDING}\n  ) {\n    edges {\n      cursor\n      node {\n        id\n        name\n        myMembership {\n          id\n          status\n        }\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;