import { type Identity, type Project, userNamed } from './world.ts';

const producerProject = '8f3c1d5e7a924b06b1d2c3e4f5a60718';
const consumerAProject = 'a41be2c97d0f4e5f9c6a7b8d9e0f1a2b';
const consumerBProject = 'b7d90c3e5f1a4b2c8d6e7f8091a2b3c4';

/**
 * The identities of the demo world, each with a readable token, its project and a display name. The token of `expired`
 * is answered with 401; that of `unscoped` has no project.
 */
export const demoIdentities = {
  producer: {
    token: 'demo-producer-token',
    projectId: producerProject,
    name: 'producer',
    roles: ['member', 'reader'],
  },
  consumerA: {
    token: 'demo-consumer-a-token',
    projectId: consumerAProject,
    name: 'consumer-a',
    roles: ['member', 'reader'],
  },
  consumerB: {
    token: 'demo-consumer-b-token',
    projectId: consumerBProject,
    name: 'consumer-b',
    roles: ['member', 'reader'],
  },
  stranger: {
    token: 'demo-stranger-token',
    projectId: '5e0d4c3b2a19487f96857463524130ff',
    name: 'stranger',
    roles: ['member', 'reader'],
  },
  admin: {
    token: 'demo-admin-token',
    projectId: 'd1c2b3a4958647d8a9b0c1d2e3f40516',
    name: 'admin',
    roles: ['admin', 'member', 'reader'],
  },
  producerReader: {
    token: 'demo-producer-reader-token',
    projectId: producerProject,
    name: 'producer-reader',
    roles: ['reader'],
  },
  consumerAReader: {
    token: 'demo-consumer-a-reader-token',
    projectId: consumerAProject,
    name: 'consumer-a-reader',
    roles: ['reader'],
  },
  expired: {
    token: 'demo-expired-token',
    projectId: producerProject,
    name: 'expired',
    roles: ['member', 'reader'],
    user: userNamed('producer'),
    expired: true,
  },
  unscoped: {
    token: 'demo-unscoped-token',
    projectId: null,
    name: 'unscoped',
    roles: [],
    user: userNamed('consumer-a'),
  },
} as const satisfies Readonly<Record<string, Identity>>;

/** A project without a token in the demo world. The user of consumer B has a role in it too. */
export const sandbox: Project = { id: '6c1f0e9d8b7a4f5e9d3c2b1a09f8e7d6', name: 'sandbox' };
