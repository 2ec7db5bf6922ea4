/**
 * @generated SignedSource<<763bf961931bb39c6d0af25ac174d999>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import { ConcreteRequest } from 'relay-runtime';
export type MemberStatus = "ACCEPTED" | "PENDING" | "REJECTED";
export type inboxQuery$variables = Record<PropertyKey, never>;
export type inboxQuery$data = {
  readonly images: {
    readonly nodes: ReadonlyArray<{
      readonly id: string;
      readonly myMembership: {
        readonly imageMember: {
          readonly id: string;
          readonly imageId: string;
          readonly memberId: string;
          readonly status: MemberStatus;
        } | null | undefined;
      } | null | undefined;
      readonly name: string | null | undefined;
    }>;
  } | null | undefined;
};
export type inboxQuery = {
  response: inboxQuery$data;
  variables: inboxQuery$variables;
};

const node: ConcreteRequest = (function(){
var v0 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "id",
  "storageKey": null
},
v1 = [
  {
    "alias": null,
    "args": [
      {
        "kind": "Literal",
        "name": "filter",
        "value": {
          "memberStatus": "ALL",
          "sharedWithMe": true
        }
      },
      {
        "kind": "Literal",
        "name": "first",
        "value": 50
      }
    ],
    "concreteType": "ImageConnection",
    "kind": "LinkedField",
    "name": "images",
    "plural": false,
    "selections": [
      {
        "alias": null,
        "args": null,
        "concreteType": "Image",
        "kind": "LinkedField",
        "name": "nodes",
        "plural": true,
        "selections": [
          (v0/*:: as any*/),
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "name",
            "storageKey": null
          },
          {
            "alias": null,
            "args": null,
            "concreteType": "MyMembership",
            "kind": "LinkedField",
            "name": "myMembership",
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
                  (v0/*:: as any*/),
                  {
                    "alias": null,
                    "args": null,
                    "kind": "ScalarField",
                    "name": "imageId",
                    "storageKey": null
                  },
                  {
                    "alias": null,
                    "args": null,
                    "kind": "ScalarField",
                    "name": "memberId",
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
              }
            ],
            "storageKey": null
          }
        ],
        "storageKey": null
      }
    ],
    "storageKey": "images(filter:{\"memberStatus\":\"ALL\",\"sharedWithMe\":true},first:50)"
  }
];
return {
  "fragment": {
    "argumentDefinitions": [],
    "kind": "Fragment",
    "metadata": null,
    "name": "inboxQuery",
    "selections": (v1/*:: as any*/),
    "type": "Query",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": [],
    "kind": "Operation",
    "name": "inboxQuery",
    "selections": (v1/*:: as any*/)
  },
  "params": {
    "cacheID": "fe8a89c04b93140461d6fe8e264034ce",
    "id": null,
    "metadata": {},
    "name": "inboxQuery",
    "operationKind": "query",
    "text": "query inboxQuery {\n  images(first: 50, filter: {sharedWithMe: true, memberStatus: ALL}) {\n    nodes {\n      id\n      name\n      myMembership {\n        imageMember {\n          id\n          imageId\n          memberId\n          status\n        }\n      }\n    }\n  }\n}\n"
  }
};
})();

(node as any).hash = "53bcac9de785b1dd98e67012430664c3";

export default node;
