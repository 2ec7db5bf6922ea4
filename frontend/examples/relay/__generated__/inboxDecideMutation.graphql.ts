/**
 * @generated SignedSource<<73cadbb4659c840fc6b2f6b1012399f3>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import { ConcreteRequest } from 'relay-runtime';
export type ImageUserErrorCode = "ALREADY_MEMBER" | "IMAGE_NOT_SHARED" | "INVALID_INPUT" | "MEMBER_LIMIT_EXCEEDED" | "NOT_FOUND" | "NOT_IMAGE_MEMBER" | "NOT_IMAGE_OWNER" | "VISIBILITY_NOT_ALLOWED";
export type MemberStatus = "ACCEPTED" | "PENDING" | "REJECTED";
export type UpdateMemberStatusInput = {
  imageId: string;
  memberId?: string | null | undefined;
  status: MemberStatus;
};
export type inboxDecideMutation$variables = {
  input: UpdateMemberStatusInput;
};
export type inboxDecideMutation$data = {
  readonly updateMemberStatus: {
    readonly imageMember: {
      readonly id: string;
      readonly status: MemberStatus;
    } | null | undefined;
    readonly userErrors: ReadonlyArray<{
      readonly code: ImageUserErrorCode;
      readonly message: string;
    }>;
  };
};
export type inboxDecideMutation = {
  response: inboxDecideMutation$data;
  variables: inboxDecideMutation$variables;
};

const node: ConcreteRequest = (function(){
var v0 = [
  {
    "defaultValue": null,
    "kind": "LocalArgument",
    "name": "input"
  }
],
v1 = [
  {
    "alias": null,
    "args": [
      {
        "kind": "Variable",
        "name": "input",
        "variableName": "input"
      }
    ],
    "concreteType": "UpdateMemberStatusPayload",
    "kind": "LinkedField",
    "name": "updateMemberStatus",
    "plural": false,
    "selections": [
      {
        "alias": null,
        "args": null,
        "concreteType": "ImageMember",
        "kind": "LinkedField",
        "name": "imageMember",
        "plural": false,
        "selections": [
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "id",
            "storageKey": null
          },
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "status",
            "storageKey": null
          }
        ],
        "storageKey": null
      },
      {
        "alias": null,
        "args": null,
        "concreteType": "ImageUserError",
        "kind": "LinkedField",
        "name": "userErrors",
        "plural": true,
        "selections": [
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "code",
            "storageKey": null
          },
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "message",
            "storageKey": null
          }
        ],
        "storageKey": null
      }
    ],
    "storageKey": null
  }
];
return {
  "fragment": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Fragment",
    "metadata": null,
    "name": "inboxDecideMutation",
    "selections": (v1/*:: as any*/),
    "type": "Mutation",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Operation",
    "name": "inboxDecideMutation",
    "selections": (v1/*:: as any*/)
  },
  "params": {
    "cacheID": "a763a7b1583feba5dc21d1a54c85f601",
    "id": null,
    "metadata": {},
    "name": "inboxDecideMutation",
    "operationKind": "mutation",
    "text": "mutation inboxDecideMutation(\n  $input: UpdateMemberStatusInput!\n) {\n  updateMemberStatus(input: $input) {\n    imageMember {\n      id\n      status\n    }\n    userErrors {\n      code\n      message\n    }\n  }\n}\n"
  }
};
})();

(node as any).hash = "903ab5310bc17442c61bb059684f7cd3";

export default node;
