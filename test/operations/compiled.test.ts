import { expect, it } from 'vitest';
import type { Execution } from '../../src/graphql/pipeline/execute-operation.ts';
import { imageId, projects, startSharing } from '../support/sharing.ts';

const id = imageId(1);
const member = `imageMember(imageId: "${id}", memberId: "${projects.a}")`;

/** Values that a router may send as an id; the scalar `ID` accepts the first few of them. */
const sentAsId = ['x', 5, -0, 1e21, 5.5, true, ['x'], { a: 1 }, null, undefined, '', '..', 'a/b', 'é', 'x'.repeat(256)];
const representations = sentAsId.flatMap((sent) => [
  { __typename: 'Project', id: sent },
  { __typename: 'Image', id: sent },
  { __typename: 'ImageMember', imageId: sent, memberId: 'm' },
  { __typename: 'ImageMember', imageId: id, memberId: sent },
]);
const entityFields = `__typename ... on Project { id } ... on Image { id }
  ... on ImageMember { id imageId memberId image { id } project { id } }`;

/**
 * Operations with their variables, and how they are executed from the second time on: `compiled` by default, null if they
 * are refused.
 */
const operations: readonly (readonly [string, Readonly<Record<string, unknown>>?, (Execution | null)?])[] = [
  [
    '{ __typename images { nodes { id name tags properties members { id status image { id } } } pageInfo { endCursor } } }',
  ],
  [
    'query ($id: ID!) { image(id: $id) { ...I } } fragment I on Image { name ... on Image { size status owner { id } } }',
    { id },
  ],
  ['query ($s: [MemberStatus!]) { images { nodes { members(status: $s) { status } } } }', { s: ['PENDING'] }],
  ['query ($s: [MemberStatus!]) { images { nodes { members(status: $s) { status } } } }', {}],
  ['query ($s: [MemberStatus!] = [ACCEPTED]) { images { nodes { members(status: $s) { status } } } }', {}],
  [
    'query ($n: Boolean!) { image(id: "x") @skip(if: $n) { id } __typename @include(if: $n) }',
    { n: true },
    'conditions',
  ],
  [`query ($n: Boolean!) { ${member} { image { id name @include(if: $n) } } }`, { n: false }, 'conditions'],
  [`query ($n: Boolean!) { ${member} { image { id name @include(if: $n) } } }`, { n: true }, 'conditions'],
  [`{ ${member} { ...M } } fragment M on ImageMember { image { ...N } } fragment N on Image { id }`],
  ['{ images(filter: { status: ACTIVE, tag: "t" }, orderBy: { field: NAME }) { nodes { id } } }'],
  [
    'query ($f: ImageFilter) { images(filter: $f) { nodes { name } } }',
    { f: { visibility: 'SHARED', memberStatus: null } },
  ],
  ['query ($f: ImageFilter) { images(filter: $f) { nodes { name } } }', { f: { visibility: 'nowhere' } }, null],
  ['query ($first: Int) { images(first: $first) { nodes { name } } }', { first: 0 }],
  ['query ($first: Int = 1) { images(first: $first) { nodes { name } } }', {}],
  ['query ($id: ID = "x") { image(id: $id) { name } }', { id: null }, 'variables'],
  ['query ($id: ID = "x") { image(id: $id) { name } }', {}],
  [
    'query ($d: OrderDirection) { images(orderBy: { field: NAME, direction: $d }) { nodes { name } } }',
    { d: null },
    'variables',
  ],
  ['query ($d: OrderDirection) { images(orderBy: { field: NAME, direction: $d }) { nodes { name } } }', {}],
  ['query ($a: String) { images(after: $a) { nodes { name } } }', { a: null }],
  [
    'query ($s: MemberStatus) { images { nodes { members(status: [PENDING]) { id } } } x: images { nodes { members(status: $s) { id } } } }',
    { s: 'PENDING' },
    null,
  ],
  ['query ($id: ID!) { image(id: $id) { name } }', {}, null],
  ['query ($id: ID!) { image(id: $id) { name } }', { id: 4711 }],
  ['{ image(id: 5) { id } imageMember(imageId: 1, memberId: 2) { imageId } }'],
  ['{ imageMember(memberId: "a/b", imageId: "..") { id } }'],
  ['query ($m: ID!, $i: ID!) { imageMember(memberId: $m, imageId: $i) { id } }', { m: 'a/b', i: '..' }],
  ...representations.map(
    (r) => [`query ($r: _Any!) { _entities(representations: [$r]) { ${entityFields} } }`, { r }] as const,
  ),
  [`query ($r: [_Any!]!) { _entities(representations: $r) { ${entityFields} } }`, { r: representations }],
  [
    `query ($r: [_Any!]!) { _entities(representations: $r) { ... on ImageMember { status } ... on Image { name } } }`,
    { r: representations },
  ],
  ['query ($id: ID!) { a: image(id: $id) { id } b: image(id: "..") { id member(memberId: "x") { id } } }', { id }],
  [
    'query ($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Image { id name } ... on ImageMember { status } } }',
    {
      r: [
        { __typename: 'Image', id },
        { __typename: 'Image', id: '/' },
        { __typename: 'ImageMember', imageId: id, memberId: projects.a },
        { __typename: 'Image', id: imageId(9) },
        { __typename: 'Nothing' },
      ],
    },
  ],
  [
    `mutation { a: createImageMember(input: { imageId: "${id}", memberId: "x" }) { ...P }
      b: createImageMember(input: { imageId: "${id}", memberId: "y" }) { ...P }
      d: deleteImageMembers(input: { imageIds: ["${id}"], memberIds: ["x", "y", "z", "/"] }) { changes { outcome } } }
    fragment P on CreateImageMemberPayload { image { members { memberId } } userErrors { code } }`,
    {},
    'several writes',
  ],
  [
    '{ _service { sdl } __schema { queryType { fields { name args { name defaultValue } } } } __type(name: "Image") { name } }',
  ],
];

it.each(operations.map(([document, variables, later = 'compiled']) => ({ document, variables, later })))(
  '$document, with $variables, gets the same answer interpreted and compiled, with the same calls',
  async ({ document, variables, later }) => {
    await using sharing = await startSharing({
      intercept: ({ target }) => (target.includes(`${imageId(2)}/members`) ? { status: 403 } : undefined),
    });
    sharing.image(1, { status: 'active', tags: ['t'] }, { a: 'pending', b: 'accepted' });
    sharing.image(2);
    sharing.image(3, { visibility: 'private' });
    const ask = async () => {
      const { status, data, errors } = await sharing.query('producer', document, variables);
      const told = errors?.map(({ message, path, extensions: { code } }) => ({ message, path, code }));
      told?.sort((one, other) => String(one.path).localeCompare(String(other.path)));
      return { status, data, told, calls: sharing.calls().sort() };
    };
    const interpreted = await ask();
    expect(interpreted.told?.map(({ code }) => code) ?? []).not.toContain('INTERNAL_SERVER_ERROR');
    for (let again = 0; again < 2; again++) expect(await ask()).toEqual(interpreted);
    const executions = sharing.gateway.log.map((line) => (JSON.parse(line) as { execution?: Execution }).execution);
    expect(executions.filter(Boolean)).toEqual(later === null ? [] : ['first use', later, later]);
  },
);

it('writes after a failed one are not performed, however often they are requested', async () => {
  await using sharing = await startSharing({
    intercept: ({ method }) => (method === 'POST' ? { status: 401 } : undefined),
  });
  sharing.image(1, {}, { a: 'accepted' });
  const document = `mutation {
    createImageMember(input: { imageId: "${id}", memberId: "x" }) { userErrors { code } }
    deleteImageMember(input: { imageId: "${id}", memberId: "${projects.a}" }) { userErrors { code } }
  }`;
  for (let time = 1; time <= 3; time++) {
    const { data, errors } = await sharing.query('producer', document);
    expect(data).toBeNull();
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED']);
    expect(sharing.calls()).toEqual(['POST /images/#1/members']);
  }
});
