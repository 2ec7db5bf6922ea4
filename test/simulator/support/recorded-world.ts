import { type Image, type MemberStatus, type NewImage, userNamed, World } from '../../../src/simulator/world.ts';

const producer = '1'.repeat(32);
const consumerA = 'a'.repeat(32);
const consumerB = 'b'.repeat(32);
const stranger = '5'.repeat(32);
const admin = 'd'.repeat(32);
const sandbox = '2'.repeat(32);

type Members = readonly (readonly [string, (MemberStatus | 'removed')?])[];
interface Stage extends Omit<NewImage, 'members'> {
  readonly shared?: Members;
  readonly deleted?: boolean;
}

const pendingA: Members = [[consumerA]];
const acceptedA: Members = [[consumerA, 'accepted']];
const pendingAB: Members = [[consumerA], [consumerB]];

/** The attributes after an upload of the five bytes `hello`. */
const hello: NewImage = {
  status: 'active',
  size: 5,
  virtualSize: 5,
  checksum: '5d41402abc4b2a76b9719d911017c592',
  osHashAlgo: 'sha512',
  osHashValue:
    '9b71d224bd62f3785d96d46ad3ea3d73319bfbc2890caadae2dff72519673ca72323c3d99ba5c11d7c7acc6e14b8c5da0c4663475c2e5c3adef46f73bcdec043',
};
const deactivated: NewImage = { ...hello, status: 'deactivated' };

const oddMembers: Members = [
  ...['4711', '1', 'extra-keys', 'second', 'x'.repeat(255), 'y'.repeat(256), 'z'.repeat(10000), 'café', '镜像'],
  ...['a/b', '../../etc', 'a b', ' ', '  padded  ', 'a\nb', 'a\0b', '100%25', 'a?b', 'a"b\'c;--', 'mixedcase'],
  ...['MixedCase', 'f'.repeat(32), '99999999-9999-4999-8999-999999999999'],
].map((name) => [name] as const);

const full: Members = Array.from({ length: 128 }, (_, at) => [`member-${String(at).padStart(3, '0')}`] as const);

function tagged(tag: string, images: Readonly<Record<string, Stage>>): Stage[] {
  return Object.entries(images).map(([name, stage]) => ({ name, tags: [tag], ...stage }));
}

/** The images of the recordings by number, each in its state for most cases. */
const stages: readonly (Stage | undefined)[] = [
  { shared: acceptedA },
  { visibility: 'private' },
  { visibility: 'community' },
  { visibility: 'public' },
  deactivated,
  { osHidden: true },
  hello,
  { protected: true },
  { deleted: true },
  { shared: [[producer]] },
  { shared: oddMembers },
  {},
  { shared: full },
  { shared: [[consumerA], [consumerB, 'accepted'], [stranger, 'rejected']] },
  { shared: pendingA },
  {},
  { visibility: 'private' },
  { visibility: 'community' },
  { visibility: 'public' },
  { visibility: 'private', shared: acceptedA },
  { ...deactivated, shared: acceptedA },
  { osHidden: true, shared: acceptedA },
  { deleted: true, shared: acceptedA },
  { shared: [['zz'], ['aa'], ['mm'], ['CC'], ['bb']] },
  { shared: [[consumerA], [consumerB, 'accepted']] },
  { visibility: 'private' },
  { visibility: 'public' },
  { visibility: 'community' },
  { osHidden: true, shared: pendingA },
  { ...deactivated, shared: pendingA },
  { deleted: true, shared: pendingA },
  { visibility: 'private', shared: acceptedA },
  { shared: pendingAB },
  { visibility: 'private', shared: pendingA },
  { ...deactivated, shared: pendingA },
  { osHidden: true, shared: pendingA },
  { shared: [[consumerA, 'removed']] },
  { deleted: true, shared: pendingA },
  { shared: [[consumerA], [consumerB, 'accepted']] },
  { visibility: 'private', shared: acceptedA },
  { ...deactivated, shared: pendingA },
  { osHidden: true, shared: pendingA },
  { deleted: true, shared: pendingA },
  { shared: pendingA },
  { shared: pendingA },
  { name: 'batch-a', shared: pendingA },
  { name: 'batch-b', shared: pendingA },
  { name: 'image', shared: pendingAB },
  { name: 'image-private', visibility: 'private' },
  { name: 'image-community', visibility: 'community' },
  { name: 'image-data', ...deactivated, shared: pendingA },
  { name: 'image-hidden', osHidden: true, shared: pendingA },
  { name: 'image-delete', shared: acceptedA },
  undefined, // 54 and 55 are created by the cases themselves
  undefined,
  ...tagged('set000000', {
    'own-a-private': { owner: consumerA, visibility: 'private' },
    'own-a-shared': { owner: consumerA },
    'own-a-community': { owner: consumerA, visibility: 'community' },
    'own-a-hidden': { owner: consumerA, osHidden: true },
    'own-a-queued': { owner: consumerA },
    'p-private': { visibility: 'private' },
    'p-unshared': {},
    'p-pending': { shared: pendingA },
    'p-accepted': { shared: acceptedA },
    'p-rejected': { shared: [[consumerA, 'rejected']] },
    'p-pending-hidden': { osHidden: true, shared: pendingA },
    'p-accepted-hidden': { osHidden: true, shared: acceptedA },
    'p-community': { visibility: 'community' },
    'p-community-hidden': { visibility: 'community', osHidden: true },
    'p-public': { visibility: 'public' },
    'p-public-hidden': { visibility: 'public', osHidden: true },
    'p-other': { shared: [[consumerB, 'accepted']] },
    'p-deactivated': { ...deactivated, shared: acceptedA },
    'p-removed': { shared: [[consumerA, 'removed']] },
    'p-was-shared': { visibility: 'private', shared: acceptedA },
    'p-deleted': { deleted: true },
  }),
  ...tagged(
    'page000000',
    Object.fromEntries(Array.from({ length: 7 }, (_, at) => [`page-${at}`, { shared: pendingA }])),
  ),
  { shared: pendingA },
];

/** Cases that need one of their images in a different state. */
const exceptions: readonly (readonly [RegExp, number, Stage])[] = [
  [/^create\/owner$/, 1, {}],
  [/^create\/(owner-again|by-pending-member)$/, 1, { shared: pendingA }],
  [/^create\/owner-again-after-rejected$/, 1, { shared: [[consumerA, 'rejected']] }],
  [/^create\/owner-again-after-removed$/, 1, { shared: [[consumerA, 'removed']] }],
  [/^create\/owner-as-member$/, 10, {}],
  [/^create\/(body|member)-/, 11, {}],
  [
    /^create\/after-one-left$/,
    13,
    { shared: full.map(([name]) => [name, name === 'member-005' ? 'removed' : 'pending']) },
  ],
  [/^list\/shared-private-shared/, 20, { shared: acceptedA }],
  [
    /^show\/removed-/,
    25,
    {
      shared: [
        [consumerA, 'removed'],
        [consumerB, 'accepted'],
      ],
    },
  ],
  [/^show\/shared-private-shared/, 32, { shared: acceptedA }],
  [/^update\/(accepted-again|rejected)$/, 33, { shared: [[consumerA, 'accepted'], [consumerB]] }],
  [/^update\/pending$/, 33, { shared: [[consumerA, 'rejected'], [consumerB]] }],
  [/^update\/shared-then-community/, 34, { visibility: 'community', shared: pendingA }],
  [
    /^delete\/owner-again$/,
    39,
    {
      shared: [
        [consumerA, 'removed'],
        [consumerB, 'accepted'],
      ],
    },
  ],
  [/^delete\/by-admin$/, 39, { shared: [[stranger]] }],
  [/^delete\/shared-then-community/, 40, { visibility: 'community', shared: acceptedA }],
  [/^image\/accepted-member$/, 48, { name: 'image', shared: acceptedA }],
  [/^image\/rejected-member$/, 48, { name: 'image', shared: [[consumerA, 'rejected']] }],
  [/^image\/removed-member$/, 48, { name: 'image', shared: [[consumerA, 'removed']] }],
  [/^image\/download-stranger$/, 51, { ...hello, shared: pendingA }],
  [/^image\/deleted-/, 53, { deleted: true }],
];

/** The world of a MariaDB recording: one image of the producer, with these pending members. */
export function stageMariaDbWorld(held: readonly string[]): World {
  const world = new World({ database: 'mariadb' });
  addPeople(world);
  const id = '00000001-0000-4000-8000-0000000000ab';
  addImage(world, id, { name: 'recorded', shared: held.map((memberId) => [memberId]) });
  return world;
}

function addPeople(world: World): void {
  world.addProject({ id: admin, name: 'admin', description: 'Bootstrap project for initializing the cloud.' });
  world.addProject({ id: '6'.repeat(32), name: 'service' });
  world.addProject({ id: sandbox, name: 'sandbox' });
  world.addRole(userNamed('consumer-b'), sandbox);
  const people = { producer, 'consumer-a': consumerA, 'consumer-b': consumerB, stranger };
  for (const [name, projectId] of Object.entries(people)) {
    world.addIdentity({ token: `token-of-${name}`, projectId, name, roles: ['member', 'reader'] });
  }
  const reader = { roles: ['reader'] } as const;
  world.addIdentity({ token: 'token-of-admin', projectId: admin, name: 'admin', roles: ['admin', 'member', 'reader'] });
  world.addIdentity({ token: 'token-of-producer-reader', projectId: producer, name: 'producer-reader', ...reader });
  world.addIdentity({
    token: 'token-of-consumer-a-reader',
    projectId: consumerA,
    name: 'consumer-a-reader',
    ...reader,
  });
  world.addIdentity({
    token: 'token-of-unscoped',
    projectId: null,
    name: 'unscoped',
    roles: [],
    user: userNamed('consumer-a'),
  });
  world.addIdentity({
    token: 'token-of-expired',
    projectId: producer,
    name: 'expired',
    roles: ['member'],
    expired: true,
  });
}

function addImage(world: World, id: string, { shared = [], deleted = false, ...stage }: Stage): Image {
  const image = world.addImage({ id, owner: producer, diskFormat: 'raw', containerFormat: 'bare', ...stage });
  for (const [memberId, status = 'pending'] of shared) {
    const removed = status === 'removed';
    world.addMember(image, { memberId, status: removed ? 'pending' : status }).removed = removed;
  }
  if (deleted) {
    world.images.delete(id);
    world.deletedImageIds.add(id);
  }
  return image;
}

/** A member that is listed twice results from concurrent requests; sequential requests cannot create it. */
function addRacedImage(world: World, name: string): void {
  const first: MemberStatus = name === 'list-after-put' ? 'accepted' : 'pending';
  const id = '70000000-0000-4000-8000-000000000070';
  addImage(world, id, { shared: name === 'list-after-delete' ? [[consumerA]] : [[consumerA, first], [consumerA]] });
}

/** A new world in the state of the real Glance when this case was recorded. */
export function stageWorld(name: string): World {
  const world = new World();
  addPeople(world);
  for (const [at, stage] of stages.entries()) {
    if (stage === undefined) continue;
    const number = at + 1;
    const digits = String(number);
    const id = `${digits.padStart(8, '0')}-0000-4000-8000-${digits.padStart(12, '0')}`;
    const exception = exceptions.find(([pattern, which]) => which === number && pattern.test(name));
    addImage(world, id, exception?.[2] ?? stage);
  }
  if (name.startsWith('race/')) addRacedImage(world, name.slice('race/'.length));
  return world;
}
