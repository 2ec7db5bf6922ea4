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
    "fragment MemberRow on ImageMember {\n  id\n  imageId\n  memberId\n  status\n}\n\nfragment ImageRow on Image {\n  id\n  name\n  status\n  size\n  diskFormat\n  owner {\n    id\n  }\n}\n\nquery SharedImages($after: String) {\n  images(first: 50, after: $after, filter: {visibility: SHARED}) {\n    nodes {\n      ...ImageRow\n      members {\n        ...MemberRow\n      }\n      myMembership {\n        id\n        status\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n\nquery SharedWithMe($after: String) {\n  images(\n    first: 50\n    after: $after\n    filter: {sharedWithMe: true, memberStatus: ALL}\n  ) {\n    nodes {\n      ...ImageRow\n      myMembership {\n        ...MemberRow\n        createdAt\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n\nfragment Refusal on ImageUserError {\n  code\n  message\n}\n\nfragment ChangeRow on ImageMemberChange {\n  imageId\n  memberId\n  action\n  outcome\n  imageMember {\n    ...MemberRow\n  }\n  userErrors {\n    ...Refusal\n  }\n}\n\nmutation Share($imageIds: [ID!]!, $memberIds: [ID!]!) {\n  createImageMembers(input: {imageIds: $imageIds, memberIds: $memberIds}) {\n    changes {\n      ...ChangeRow\n    }\n    userErrors {\n      ...Refusal\n    }\n  }\n}\n\nmutation StopSharing($imageIds: [ID!]!, $memberIds: [ID!]!) {\n  deleteImageMembers(input: {imageIds: $imageIds, memberIds: $memberIds}) {\n    changes {\n      ...ChangeRow\n    }\n    userErrors {\n      ...Refusal\n    }\n  }\n}\n\nmutation Decide($imageId: ID!, $memberId: ID!, $status: MemberStatus!) {\n  updateMemberStatus(\n    input: {imageId: $imageId, memberId: $memberId, status: $status}\n  ) {\n    imageMember {\n      ...MemberRow\n    }\n    userErrors {\n      ...Refusal\n    }\n  }\n}": typeof types.MemberRowFragmentDoc,
};
const documents: Documents = {
    "fragment MemberRow on ImageMember {\n  id\n  imageId\n  memberId\n  status\n}\n\nfragment ImageRow on Image {\n  id\n  name\n  status\n  size\n  diskFormat\n  owner {\n    id\n  }\n}\n\nquery SharedImages($after: String) {\n  images(first: 50, after: $after, filter: {visibility: SHARED}) {\n    nodes {\n      ...ImageRow\n      members {\n        ...MemberRow\n      }\n      myMembership {\n        id\n        status\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n\nquery SharedWithMe($after: String) {\n  images(\n    first: 50\n    after: $after\n    filter: {sharedWithMe: true, memberStatus: ALL}\n  ) {\n    nodes {\n      ...ImageRow\n      myMembership {\n        ...MemberRow\n        createdAt\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n\nfragment Refusal on ImageUserError {\n  code\n  message\n}\n\nfragment ChangeRow on ImageMemberChange {\n  imageId\n  memberId\n  action\n  outcome\n  imageMember {\n    ...MemberRow\n  }\n  userErrors {\n    ...Refusal\n  }\n}\n\nmutation Share($imageIds: [ID!]!, $memberIds: [ID!]!) {\n  createImageMembers(input: {imageIds: $imageIds, memberIds: $memberIds}) {\n    changes {\n      ...ChangeRow\n    }\n    userErrors {\n      ...Refusal\n    }\n  }\n}\n\nmutation StopSharing($imageIds: [ID!]!, $memberIds: [ID!]!) {\n  deleteImageMembers(input: {imageIds: $imageIds, memberIds: $memberIds}) {\n    changes {\n      ...ChangeRow\n    }\n    userErrors {\n      ...Refusal\n    }\n  }\n}\n\nmutation Decide($imageId: ID!, $memberId: ID!, $status: MemberStatus!) {\n  updateMemberStatus(\n    input: {imageId: $imageId, memberId: $memberId, status: $status}\n  ) {\n    imageMember {\n      ...MemberRow\n    }\n    userErrors {\n      ...Refusal\n    }\n  }\n}": types.MemberRowFragmentDoc,
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
export function graphql(source: "fragment MemberRow on ImageMember {\n  id\n  imageId\n  memberId\n  status\n}\n\nfragment ImageRow on Image {\n  id\n  name\n  status\n  size\n  diskFormat\n  owner {\n    id\n  }\n}\n\nquery SharedImages($after: String) {\n  images(first: 50, after: $after, filter: {visibility: SHARED}) {\n    nodes {\n      ...ImageRow\n      members {\n        ...MemberRow\n      }\n      myMembership {\n        id\n        status\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n\nquery SharedWithMe($after: String) {\n  images(\n    first: 50\n    after: $after\n    filter: {sharedWithMe: true, memberStatus: ALL}\n  ) {\n    nodes {\n      ...ImageRow\n      myMembership {\n        ...MemberRow\n        createdAt\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n\nfragment Refusal on ImageUserError {\n  code\n  message\n}\n\nfragment ChangeRow on ImageMemberChange {\n  imageId\n  memberId\n  action\n  outcome\n  imageMember {\n    ...MemberRow\n  }\n  userErrors {\n    ...Refusal\n  }\n}\n\nmutation Share($imageIds: [ID!]!, $memberIds: [ID!]!) {\n  createImageMembers(input: {imageIds: $imageIds, memberIds: $memberIds}) {\n    changes {\n      ...ChangeRow\n    }\n    userErrors {\n      ...Refusal\n    }\n  }\n}\n\nmutation StopSharing($imageIds: [ID!]!, $memberIds: [ID!]!) {\n  deleteImageMembers(input: {imageIds: $imageIds, memberIds: $memberIds}) {\n    changes {\n      ...ChangeRow\n    }\n    userErrors {\n      ...Refusal\n    }\n  }\n}\n\nmutation Decide($imageId: ID!, $memberId: ID!, $status: MemberStatus!) {\n  updateMemberStatus(\n    input: {imageId: $imageId, memberId: $memberId, status: $status}\n  ) {\n    imageMember {\n      ...MemberRow\n    }\n    userErrors {\n      ...Refusal\n    }\n  }\n}"): (typeof documents)["fragment MemberRow on ImageMember {\n  id\n  imageId\n  memberId\n  status\n}\n\nfragment ImageRow on Image {\n  id\n  name\n  status\n  size\n  diskFormat\n  owner {\n    id\n  }\n}\n\nquery SharedImages($after: String) {\n  images(first: 50, after: $after, filter: {visibility: SHARED}) {\n    nodes {\n      ...ImageRow\n      members {\n        ...MemberRow\n      }\n      myMembership {\n        id\n        status\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n\nquery SharedWithMe($after: String) {\n  images(\n    first: 50\n    after: $after\n    filter: {sharedWithMe: true, memberStatus: ALL}\n  ) {\n    nodes {\n      ...ImageRow\n      myMembership {\n        ...MemberRow\n        createdAt\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n\nfragment Refusal on ImageUserError {\n  code\n  message\n}\n\nfragment ChangeRow on ImageMemberChange {\n  imageId\n  memberId\n  action\n  outcome\n  imageMember {\n    ...MemberRow\n  }\n  userErrors {\n    ...Refusal\n  }\n}\n\nmutation Share($imageIds: [ID!]!, $memberIds: [ID!]!) {\n  createImageMembers(input: {imageIds: $imageIds, memberIds: $memberIds}) {\n    changes {\n      ...ChangeRow\n    }\n    userErrors {\n      ...Refusal\n    }\n  }\n}\n\nmutation StopSharing($imageIds: [ID!]!, $memberIds: [ID!]!) {\n  deleteImageMembers(input: {imageIds: $imageIds, memberIds: $memberIds}) {\n    changes {\n      ...ChangeRow\n    }\n    userErrors {\n      ...Refusal\n    }\n  }\n}\n\nmutation Decide($imageId: ID!, $memberId: ID!, $status: MemberStatus!) {\n  updateMemberStatus(\n    input: {imageId: $imageId, memberId: $memberId, status: $status}\n  ) {\n    imageMember {\n      ...MemberRow\n    }\n    userErrors {\n      ...Refusal\n    }\n  }\n}"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;