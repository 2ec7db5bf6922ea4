import { describe, expect, it } from 'vitest';
import {
  parseArray,
  parseImage,
  parseMember,
  parseObject,
  toJsonPatch,
  toWireStatus,
  WireError,
} from '../../src/upstream/wire.ts';

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

/** The message of the `WireError` that is thrown. Callers read it, to find what is wrong. */
function complaint(parse: () => unknown): string {
  try {
    parse();
  } catch (error) {
    expect(error).toBeInstanceOf(WireError);
    return (error as WireError).message;
  }
  return expect.fail('nothing is wrong');
}

describe('a member', () => {
  it('is parsed as the reference shows it', () => {
    expect(parseMember(member, member.image_id)).toEqual({
      imageId: member.image_id,
      memberId: member.member_id,
      status: 'PENDING',
      createdAt: '2014-02-20T04:15:17Z',
      updatedAt: '2014-02-20T04:15:17Z',
      schema: '/v2/schemas/member',
    });
  });

  it('keeps an image, a time of change and a schema of its own', () => {
    const row = { ...member, image_id: 'another', updated_at: '2014-02-21T04:15:17Z', schema: '/v3/schemas/member' };
    expect(parseMember(row, member.image_id)).toMatchObject({
      imageId: 'another',
      createdAt: '2014-02-20T04:15:17Z',
      updatedAt: '2014-02-21T04:15:17Z',
      schema: '/v3/schemas/member',
    });
  });

  it('may have a number as its id, and unknown fields', () => {
    expect(parseMember({ ...member, member_id: 4711, tomorrow: { x: 1 } }, member.image_id).memberId).toBe('4711');
  });

  it('may have a key named __proto__, which has no effect', () => {
    const parsed = parseMember(
      JSON.parse(`{"__proto__": {"status": "accepted"}, ${JSON.stringify(member).slice(1)}`),
      member.image_id,
    );
    expect(parsed.status).toBe('PENDING');
    expect(Object.keys(parsed)).not.toContain('__proto__');
  });

  it.each(Object.keys(member))('is rejected without "%s", which the error names', (key) => {
    for (const value of [undefined, null, [member[key as 'status']]]) {
      expect(complaint(() => parseMember({ ...member, [key]: value }, member.image_id))).toBe(
        `"${key}" is not a string`,
      );
    }
  });

  it.each(['maybe', 'PENDING', '', '__proto__', 'constructor', 'toString'])(
    'is rejected with the status "%s"',
    (status) => {
      expect(complaint(() => parseMember({ ...member, status }, member.image_id))).toBe(
        'a member has an unknown "status"',
      );
    },
  );

  it('does not inherit a status from a prototype', () => {
    expect(() => parseMember(JSON.parse('{"__proto__": {"status": "pending"}}'), member.image_id)).toThrow(WireError);
  });

  it.each([null, 'member', 1, true, undefined, [], [member]])('is not %j', (value) => {
    expect(complaint(() => parseMember(value, member.image_id))).toBe('a member is not an object');
  });

  it.each(['PENDING', 'ACCEPTED', 'REJECTED'] as const)('keeps its status %s in both directions', (status) => {
    expect(parseMember({ ...member, status: toWireStatus(status) }, member.image_id).status).toBe(status);
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

  it.each<readonly [string, string, readonly unknown[]]>([
    ['id', 'a string', [undefined, null, 7]],
    ['name', 'a string', [7]],
    ['status', 'a string', [7]],
    ['visibility', 'a string', [{}]],
    ['owner', 'a string', [{}]],
    ['os_hidden', 'a boolean', ['false']],
    ['protected', 'a boolean', [0]],
    ['created_at', 'a time', ['x']],
    ['created_at', 'a string', [1]],
    ['updated_at', 'a time', ['2026-13-21T03:41:54Z']],
    ['size', 'a whole number', ['13', -1, 1.5, 2 ** 53]],
    ['virtual_size', 'a whole number', ['13']],
    ['disk_format', 'a string', [7]],
    ['container_format', 'a string', [7]],
    ['min_disk', 'a whole number', [true]],
    ['min_ram', 'a whole number', [1e300]],
    ['checksum', 'a string', [7]],
    ['os_hash_algo', 'a string', [7]],
    ['os_hash_value', 'a string', [7]],
    ['tags', 'an array of strings', ['a', ['a', 1], [null], {}]],
    ['self', 'a string', [7]],
    ['file', 'a string', [7]],
    ['schema', 'a string', [7]],
  ])('is rejected if "%s" is not %s, and the error says so', (key, type, values) => {
    for (const value of values) {
      expect(complaint(() => parseImage({ ...image, [key]: value }))).toBe(`"${key}" is not ${type}`);
    }
  });

  it.each(['secret', '__proto__', 'PUBLIC', ''])('is rejected with the visibility "%s"', (visibility) => {
    expect(complaint(() => parseImage({ ...image, visibility }))).toBe('an image has an unknown "visibility"');
  });

  it.each(['public', 'private', 'shared', 'community'])('has the visibility %s', (visibility) => {
    expect(parseImage({ id: 'x', visibility }).visibility).toBe(visibility.toUpperCase());
  });

  it.each([null, 'image', 1, undefined, []])('is not %j', (value) => {
    expect(complaint(() => parseImage(value))).toBe('an image is not an object');
  });

  it('may have no tags, which differs from unknown ones', () => {
    expect(parseImage({ id: 'x', tags: [] }).tags).toEqual([]);
  });

  it.each(['os_note', '__proto__'])(
    'is rejected if its property %s is nested so deeply that it may not be serialised',
    (key) => {
      const image = (depth: number): unknown =>
        JSON.parse(`{"id": "x", ${JSON.stringify(key)}: ${'[{"a":'.repeat(depth / 2)}null${'}]'.repeat(depth / 2)}}`);
      expect(Object.keys(parseImage(image(20)).properties)).toEqual([key]);
      expect(complaint(() => parseImage(image(22)))).toBe('a property is nested too deeply');
      const level21 = { id: 'x', [`${key}s`]: [(image(20) as Readonly<Record<string, unknown>>)[key]] };
      expect(complaint(() => parseImage(level21))).toBe('a property is nested too deeply');
    },
  );

  it('may be as large as the largest exact integer', () => {
    expect(parseImage({ id: 'x', size: Number.MAX_SAFE_INTEGER }).size).toBe(9_007_199_254_740_991);
  });
});

describe('the changes of an image', () => {
  it('are one replacement each, with the names and values of the wire', () => {
    const changes = { name: 'a', visibility: 'COMMUNITY', osHidden: true, protected: false, tags: ['x'] } as const;
    expect(toJsonPatch(changes)).toEqual([
      { op: 'replace', path: '/name', value: 'a' },
      { op: 'replace', path: '/protected', value: false },
      { op: 'replace', path: '/tags', value: ['x'] },
      { op: 'replace', path: '/visibility', value: 'community' },
      { op: 'replace', path: '/os_hidden', value: true },
    ]);
  });

  it('leave what they do not name as it is', () => {
    expect(toJsonPatch({ osHidden: false })).toEqual([{ op: 'replace', path: '/os_hidden', value: false }]);
    expect(toJsonPatch({})).toEqual([]);
  });
});

it('a list must be an array under its key', () => {
  expect(parseArray({ members: [1] }, 'members')).toEqual([1]);
  for (const body of [{}, { members: {} }, { members: null }]) {
    expect(complaint(() => parseArray(body, 'members'))).toBe('"members" is not an array');
  }
  for (const body of [null, [], 'x']) {
    expect(complaint(() => parseArray(body, 'members'))).toBe('the body is not an object');
  }
});

it('an object is neither an array nor null', () => {
  expect(parseObject({ a: 1 }, 'it')).toEqual({ a: 1 });
  for (const value of [null, [], 'x', 1]) expect(complaint(() => parseObject(value, 'it'))).toBe('it is not an object');
});
