import { createHash } from 'node:crypto';
import { demoIdentities, sandbox } from './demo-identities.ts';
import { demoImages } from './demo-images.ts';
import { type NewImage, userOf, World, type WorldOptions } from './world.ts';

export { demoIdentities, sandbox };

/** Adds digests that look like those of real data and are the same in every run. */
function withDigests(image: NewImage): NewImage {
  if (image.size === undefined) return image;
  const digest = (algorithm: string): string => createHash(algorithm).update(`demo ${image.id}`).digest('hex');
  return { ...image, checksum: digest('md5'), osHashAlgo: 'sha512', osHashValue: digest('sha512') };
}

/**
 * Creates a new demo world with fixed content: a producer whose images are shared with two consumers in every member
 * status, and every kind of image that a gateway may encounter. The user of one consumer has two projects.
 */
export function createDemoWorld(options: WorldOptions = {}): World {
  const world = new World(options);
  for (const identity of Object.values(demoIdentities)) world.addIdentity(identity);
  world.addProject(sandbox);
  world.addRole(userOf(demoIdentities.consumerB), sandbox.id);
  for (const image of demoImages) world.addImage(withDigests(image));
  return world;
}
