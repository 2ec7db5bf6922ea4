/** What a client sends. */
export interface Operation {
  readonly document: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** One workload: what a client asks, and what has to come of it. */
export interface Workload extends Operation {
  readonly name: string;
  readonly title: string;
  /** The same for servers that make their schema from the OpenAPI document; null where they have nothing like it. */
  readonly openapi: Operation | null;
  /** The least number of upstream calls that the Images API allows. */
  readonly calls: number;
  /** How many rows of members the answer holds. */
  readonly rows: number;
}

/** An image of the stub upstream: a UUID that ends in its number, from 0. */
export function imageId(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

/** A member of every image of the stub upstream, from 0. */
export function memberId(number: number): string {
  return String(number).padStart(32, 'a');
}

const memberFields = 'memberId status createdAt updatedAt';
const rowFields = 'member_id status created_at updated_at';
const [image, member] = [imageId(0), memberId(0)];

/** Stands for the argument that holds the body of a request, which every server calls by a name of its own. */
export const bodyArgument = '__body';

/** `number` fields of the same kind, under names of their own. */
export function aliases(number: number, field: string): string {
  return Array.from({ length: number }, (_, n) => `a${n}: ${field}`).join(' ');
}

/** What a router asks for when it needs this many images. */
export function entities(number: number): Operation {
  return {
    document:
      'query W5($representations: [_Any!]!) { _entities(representations: $representations) ' +
      '{ ... on Image { id name status visibility } } }',
    variables: { representations: Array.from({ length: number }, (_, n) => ({ __typename: 'Image', id: imageId(n) })) },
  };
}

/** A page of images, each with all of its members. */
export function page(number: number): Operation {
  return {
    document:
      'query W2($first: Int!) { images(first: $first) ' +
      `{ nodes { id name status visibility members { ${memberFields} } } } }`,
    variables: { first: number },
  };
}

/** The workloads of the comparison; each operation has the name of its workload. */
export const workloads = [
  {
    name: 'W1',
    title: 'one image and its 20 members',
    document: `query W1($id: ID!) { image(id: $id) { id name status visibility members { ${memberFields} } } }`,
    variables: { id: image },
    openapi: {
      document: `query W1($id: String!) { getImage(image_id: $id) { id name status visibility members { members { ${rowFields} } } } }`,
      variables: { id: image },
    },
    calls: 2,
    rows: 20,
  },
  {
    name: 'W2',
    title: '50 images, each with its 20 members',
    ...page(50),
    openapi: {
      document: `query W2 { listImages(limit: 50) { images { id name status visibility members { members { ${rowFields} } } } } }`,
      variables: {},
    },
    calls: 51,
    rows: 1000,
  },
  {
    name: 'W3',
    title: 'ten aliases of the same members',
    document: `query W3($id: ID!) { ${aliases(10, `image(id: $id) { id members { ${memberFields} } }`)} }`,
    variables: { id: image },
    openapi: {
      document: `query W3($id: String!) { ${aliases(10, `getImage(image_id: $id) { id members { members { ${rowFields} } } }`)} }`,
      variables: { id: image },
    },
    calls: 1,
    rows: 200,
  },
  {
    name: 'W4',
    title: 'updateMemberStatus',
    document:
      'mutation W4($input: UpdateMemberStatusInput!) { updateMemberStatus(input: $input) ' +
      `{ imageMember { ${memberFields} } userErrors { code message } } }`,
    variables: { input: { imageId: image, memberId: member, status: 'ACCEPTED' } },
    openapi: {
      document: `mutation W4($image: String!, $member: String!) { updateMember(image_id: $image, member_id: $member, ${bodyArgument}: { status: accepted }) { ${rowFields} } }`,
      variables: { image, member },
    },
    calls: 1,
    rows: 1,
  },
  { name: 'W5', title: '`_entities` with 50 images', ...entities(50), openapi: null, calls: 1, rows: 0 },
  {
    name: 'W6',
    title: '`{ __typename }`',
    document: 'query W6 { __typename }',
    variables: {},
    openapi: { document: 'query W6 { __typename }', variables: {} },
    calls: 0,
    rows: 0,
  },
] as const satisfies readonly Workload[];
