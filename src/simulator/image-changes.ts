import { isAttribute } from './image-body.ts';
import type { Json } from './json.ts';
import type { Image, Visibility } from './world.ts';

function textOrNull(value: Json): string | null {
  return typeof value === 'string' ? value : null;
}

function readTags(value: Json): string[] {
  return Array.isArray(value) ? [...new Set(value.filter((tag) => typeof tag === 'string'))] : [];
}

function isVisibility(value: Json): value is Visibility {
  return value === 'public' || value === 'private' || value === 'shared' || value === 'community';
}

const setters: Readonly<Record<string, (image: Image, value: Json) => void>> = {
  name: (image, value) => {
    image.name = textOrNull(value);
  },
  owner: (image, value) => {
    image.owner = textOrNull(value);
  },
  visibility: (image, value) => {
    if (isVisibility(value)) image.visibility = value;
  },
  disk_format: (image, value) => {
    image.diskFormat = textOrNull(value);
  },
  container_format: (image, value) => {
    image.containerFormat = textOrNull(value);
  },
  protected: (image, value) => {
    image.protected = value === true;
  },
  os_hidden: (image, value) => {
    image.osHidden = value === true;
  },
  min_ram: (image, value) => {
    image.minRam = Number(value);
  },
  min_disk: (image, value) => {
    image.minDisk = Number(value);
  },
  tags: (image, value) => {
    image.tags = readTags(value);
  },
};

/** Sets an attribute or custom property to a value that is valid by the image schema. */
export function setAttribute(image: Image, name: string, value: Json): void {
  const set = isAttribute(name) ? setters[name] : undefined;
  if (set !== undefined) set(image, value);
  else if (typeof value === 'string') image.properties.set(name, value);
}
