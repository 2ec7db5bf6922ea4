import { isAdmin, showTime } from './call.ts';
import type { Json } from './json.ts';
import type { Identity, Image } from './world.ts';

/** An image as JSON, with keys in the order of Glance 25.1: custom properties first. */
export function showImage(caller: Identity, image: Image): { readonly [key: string]: Json } {
  const self = `/v2/images/${image.id}`;
  // The stores are hidden while the image is deactivated, except from admin. Observed on Glance 25.1.
  const hasStores = image.status === 'active' || (image.status === 'deactivated' && isAdmin(caller));
  return {
    ...Object.fromEntries(image.properties),
    name: image.name,
    disk_format: image.diskFormat,
    container_format: image.containerFormat,
    visibility: image.visibility,
    size: image.size,
    virtual_size: image.virtualSize,
    status: image.status,
    checksum: image.checksum,
    protected: image.protected,
    min_ram: image.minRam,
    min_disk: image.minDisk,
    owner: image.owner,
    os_hidden: image.osHidden,
    os_hash_algo: image.osHashAlgo,
    os_hash_value: image.osHashValue,
    id: image.id,
    created_at: showTime(image.createdAt),
    updated_at: showTime(image.updatedAt),
    tags: image.tags,
    self,
    file: `${self}/file`,
    schema: '/v2/schemas/image',
    ...(hasStores ? { stores: 'local' } : {}),
  };
}
