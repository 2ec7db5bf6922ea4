import type { ImageRowFragment } from './graphql/graphql.ts';

const units = ['B', 'kB', 'MB', 'GB', 'TB'];

function toSize(bytes: number): string {
  const power = bytes === 0 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  return `${(bytes / 1000 ** power).toFixed(power > 2 ? 1 : 0)} ${units[power]}`;
}

/** The name of an image; its id where it has none. */
export function toTitle(image: Pick<ImageRowFragment, 'id' | 'name'>): string {
  return image.name || image.id;
}

/** One line about an image. */
export function ImageFacts({ image }: { readonly image: ImageRowFragment }) {
  const facts = [
    image.size === null ? 'no data yet' : toSize(image.size),
    image.diskFormat,
    image.status === 'ACTIVE' ? null : image.status?.toLowerCase(),
  ];
  return (
    <p className="facts">
      {facts.filter(Boolean).join(' · ')} · <code className="id">{image.id}</code>
    </p>
  );
}
