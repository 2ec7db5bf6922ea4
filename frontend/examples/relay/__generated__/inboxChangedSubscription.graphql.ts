/**
 * @generated SignedSource<<7236ab4d1485a9c09a1938e258ef6061>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import { ConcreteRequest } from 'relay-runtime';
export type MemberStatus = "ACCEPTED" | "PENDING" | "REJECTED";
export type inboxChangedSubscription$variables = Record<PropertyKey, never>;
export type inboxChangedSubscription$data = {
  readonly sharedWithMeChanged: {
    readonly images: ReadonlyArray<{
      readonly id: string;
      readonly myMembership: {
        readonly id: string;
        readonly status: MemberStatus;
      } | null | undefined;
      readonly name: string | null | undefined;
    }>;
  } | null | undefined;
};
export type inboxChangedSubscription = {
  response: inboxChangedSubscription$data;
  variables: inboxChangedSubscription$variables;
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
        "name": "memberStatus",
        "value": "ALL"
      }
    ],
    "concreteType": "SharedWithMeChanged",
    "kind": "LinkedField",
    "name": "sharedWithMeChanged",
    "plural": false,
    "selections": [
      {
        "alias": null,
        "args": null,
        "concreteType": "Image",
        "kind": "LinkedField",
        "name": "images",
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
    "storageKey": "sharedWithMeChanged(memberStatus:\"ALL\")"
  }
];
return {
  "fragment": {
    "argumentDefinitions": [],
    "kind": "Fragment",
    "metadata": null,
    "name": "inboxChangedSubscription",
    "selections": (v1/*:: as any*/),
    "type": "Subscription",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": [],
    "kind": "Operation",
    "name": "inboxChangedSubscription",
    "selections": (v1/*:: as any*/)
  },
  "params": {
    "cacheID": "04724b23b237a3490b73c58b1cfa4106",
    "id": null,
    "metadata": {},
    "name": "inboxChangedSubscription",
    "operationKind": "subscription",
    "text": "subscription inboxChangedSubscription {\n  sharedWithMeChanged(memberStatus: ALL) {\n    images {\n      id\n      name\n      myMembership {\n        id\n        status\n      }\n    }\n  }\n}\n"
  }
};
})();

(node as any).hash = "c8e3f61bade7b7ba4a4ab56d767b1dc3";

export default node;
