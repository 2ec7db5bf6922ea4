/**
 * @generated SignedSource<<d0859b423d22c118dab4de2359176577>>
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
        readonly id: string;
        readonly status: MemberStatus;
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
            "concreteType": "ImageMember",
            "kind": "LinkedField",
            "name": "myMembership",
            "plural": false,
            "selections": [
              (v0/*:: as any*/),
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
    "cacheID": "74b9145a02247cb05988f4f534aa243a",
    "id": null,
    "metadata": {},
    "name": "inboxQuery",
    "operationKind": "query",
    "text": "query inboxQuery {\n  images(first: 50, filter: {sharedWithMe: true, memberStatus: ALL}) {\n    nodes {\n      id\n      name\n      myMembership {\n        id\n        status\n      }\n    }\n  }\n}\n"
  }
};
})();

(node as any).hash = "9fa3843558be7d848c34bc807ef1b7b4";

export default node;
