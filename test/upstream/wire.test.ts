import { describe, expect, it } from 'vitest';
import { parseArray, parseImage, parseMember, parseObject, toWireStatus, WireError } from '../../src/upstream/wire.ts';

/** Source: Images API v2 reference, "Show image member details". */
const member = {
  created_at: '2014-02-20T04:15:17Z',
  image_id: '634985e5-0f2e-488e-bd7c-928d9a8ea82a',
  member_id: '46a12bef-5f4a-4ab4-8f4f-7a9b2b8a3b4c',
  schema: '/v2/schemas/member',
  status: 'pending',
  updated_at: '2014-02-20T04:15:17Z',
};

/** Source: Images API v2 reference, "Show image". */
const image = {
  checksum: '64d7c1cd2b6f60c92c14662941cb7913',
  container_format: 'bare',
  created_at: '2014-05-05T17:15:10Z',
  direct_url: 'swift+https://account:key@store/1',
  disk_format: 'qcow2',
  file: '/v2/images/1bea47ed-f6a9-463b-b423-14b9cca9ad27/file',
  id: '1bea47ed-f6a9-463b-b423-14b9cca9ad27',
  locations: [{ url: 'swift+https://account:key@store/1', metadata: {} }],
  min_disk: 0,
  min_ram: 0,
  name: 'cirros-0.3.2-x86_64-disk',
  os_hash_algo: 'sha512',
  os_hash_value: '073b',
  os_hidden: false,
  owner: '5ef70662f8b34079a6eddb8da9d75fe8',
  protected: false,
  schema: '/v2/schemas/image',
  self: '/v2/images/1bea47ed-f6a9-463b-b423-14b9cca9ad27',
  size: 13_167_616,
  status: 'active',
  tags: ['a', 'b'],
  updated_at: '2014-05-05T17:15:11Z',
  virtual_size: null,
  visibility: 'public',
};

describe('a member', () => {
  it('is parsed as the reference shows it', () => {
    expect(parseMember(member)).toEqual({
      imageId: member.image_id,
      memberId: member.member_id,
      status: 'PENDING',
      createdAt: '2014-02-20T04:15:17Z',
      updatedAt: '2014-02-20T04:15:17Z',
      schema: '/v2/schemas/member',
    });
  });

  it('may have a number as its id, and unknown fields', () => {
    expect(parseMember({ ...member, member_id: 4711, tomorrow: { x: 1 } }).memberId).toBe('4711');
  });

  it('may have a key named __proto__, which has no effect', () => {
    const parsed = parseMember(JSON.parse(`{"__proto__": {"status": "accepted"}, ${JSON.stringify(member).slice(1)}`));
    expect(parsed.status).toBe('PENDING');
    expect(Object.keys(parsed)).not.toContain('__proto__');
  });

  it.each(Object.keys(member))('is rejected without "%s"', (key) => {
    expect(() => parseMember({ ...member, [key]: undefined })).toThrow(WireError);
    expect(() => parseMember({ ...member, [key]: null })).toThrow(WireError);
    expect(() => parseMember({ ...member, [key]: [member[key as 'status']] })).toThrow(WireError);
  });

  it.each(['maybe', 'PENDING', '', '__proto__', 'constructor', 'toString'])(
    'is rejected with the status "%s"',
    (status) => {
      expect(() => parseMember({ ...member, status })).toThrow(WireError);
    },
  );

  it('does not inherit a status from a prototype', () => {
    expect(() => parseMember(JSON.parse('{"__proto__": {"status": "pending"}}'))).toThrow(WireError);
  });

  it.each([null, 'member', 1, true, undefined, [], [member]])('is not %j', (value) => {
    expect(() => parseMember(value)).toThrow(WireError);
  });

  it.each(['PENDING', 'ACCEPTED', 'REJECTED'] as const)('keeps its status %s in both directions', (status) => {
    expect(parseMember({ ...member, status: toWireStatus(status) }).status).toBe(status);
  });
});

describe('a time', () => {
  it.each([
    ['2026-11-21T03:41:54Z', '2026-11-21T03:41:54Z'],
    ['2026-11-21T03:41:54.123456', '2026-11-21T03:41:54.123Z'],
    ['2026-11-21T03:41:54', '2026-11-21T03:41:54Z'],
    ['2026-11-21 03:41:54', '2026-11-21T03:41:54Z'],
    ['2026-11-21T03:41:54+01:00', '2026-11-21T02:41:54Z'],
    ['2026-11-21T03:41:54-0130', '2026-11-21T05:11:54Z'],
    ['2026-11-21T03:41:54z', '2026-11-21T03:41:54Z'],
    ['2028-02-29T03:41:54Z', '2028-02-29T03:41:54Z'],
    ['2000-02-29 03:41:54', '2000-02-29T03:41:54Z'],
    ['2026-03-01T00:30:00+01:00', '2026-02-28T23:30:00Z'],
  ])('%s is %s', (given, understood) => {
    expect(parseMember({ ...member, updated_at: given }).updatedAt).toBe(understood);
  });

  it.each([
    '',
    'yesterday',
    '5',
    '1763696514',
    '2026-11-21',
    '2026-13-21T03:41:54Z',
    '2026-00-21T03:41:54Z',
    '2026-11-32T03:41:54Z',
    '2026-02-31T03:41:54Z',
    '2026-02-29T03:41:54Z',
    '2100-02-29T03:41:54Z',
    '2026-04-31T03:41:54Z',
    '2026-02-30T03:41:54.5Z',
    '2026-02-31T03:41:54',
    '2026-02-31 03:41:54+01:00',
    '2026-02-31T03:41:54-0100',
    '2026-11-00T03:41:54',
    '2026-11-21T03:41:54+25:00',
    '2026-11-21T25:41:54Z',
    '2026-11-21T03:61:54Z',
    'Sat, 21 Nov 2026 03:41:54 GMT',
    '2026-11-21T03:41:54Z, or so',
  ])('"%s" is rejected', (given) => {
    expect(() => parseMember({ ...member, updated_at: given })).toThrow(WireError);
  });
});

describe('an image', () => {
  it('is parsed as the reference shows it, without the location of its data', () => {
    expect(parseImage(image)).toEqual({
      id: image.id,
      name: image.name,
      status: 'ACTIVE',
      visibility: 'PUBLIC',
      osHidden: false,
      protected: false,
      owner: { id: image.owner },
      createdAt: image.created_at,
      updatedAt: image.updated_at,
      size: 13_167_616,
      virtualSize: null,
      diskFormat: 'qcow2',
      containerFormat: 'bare',
      minDisk: 0,
      minRam: 0,
      checksum: image.checksum,
      osHashAlgo: 'sha512',
      osHashValue: '073b',
      tags: ['a', 'b'],
      properties: Object.create(null),
      self: image.self,
      file: image.file,
      schema: '/v2/schemas/image',
    });
  });

  it('requires only its id', () => {
    const { id, properties, ...rest } = parseImage({ id: 'x' });
    expect(id).toBe('x');
    expect(properties).toEqual(Object.create(null));
    expect(Object.values(rest).every((value) => value === null)).toBe(true);
  });

  it('has every field outside the image schema as a property', () => {
    const row = JSON.parse('{"id": "x", "os_distro": "debian", "n": {"a": [1]}, "__proto__": {"size": 1}}');
    const { properties, size } = parseImage(row);
    expect(Object.entries(properties)).toEqual([
      ['os_distro', 'debian'],
      ['n', { a: [1] }],
      ['__proto__', { size: 1 }],
    ]);
    expect(size).toBeNull();
  });

  it.each([
    'queued',
    'saving',
    'uploading',
    'importing',
    'active',
    'deactivated',
    'killed',
    'pending_delete',
    'deleted',
  ])('has the status %s', (status) => {
    expect(parseImage({ id: 'x', status }).status).toBe(status.toUpperCase());
  });

  it.each(['frozen', 'constructor', '__proto__', ''])('has no status if "%s" is unknown', (status) => {
    expect(parseImage({ id: 'x', status }).status).toBeNull();
  });

  it.each([
    ['id', undefined],
    ['id', 7],
    ['name', 7],
    ['visibility', 'secret'],
    ['visibility', '__proto__'],
    ['owner', {}],
    ['os_hidden', 'false'],
    ['protected', 0],
    ['size', '13'],
    ['size', -1],
    ['size', 1.5],
    ['size', 2 ** 53],
    ['min_ram', 1e300],
    ['tags', 'a'],
    ['tags', ['a', 1]],
    ['created_at', 'x'],
    ['updated_at', 1],
  ])('is rejected with %s: %j', (key, value) => {
    expect(() => parseImage({ ...image, [key]: value })).toThrow(WireError);
  });

  it('may be as large as the largest exact integer', () => {
    expect(parseImage({ id: 'x', size: Number.MAX_SAFE_INTEGER }).size).toBe(9_007_199_254_740_991);
  });
});

it('a list must be an array under its key', () => {
  expect(parseArray({ members: [1] }, 'members')).toEqual([1]);
  for (const body of [null, [], 'x', {}, { members: {} }, { members: null }]) {
    expect(() => parseArray(body, 'members')).toThrow(WireError);
  }
});

it('an object is neither an array nor null', () => {
  expect(parseObject({ a: 1 }, 'it')).toEqual({ a: 1 });
  for (const value of [null, [], 'x', 1]) expect(() => parseObject(value, 'it')).toThrow(WireError);
});
