const units = ['B', 'kB', 'MB', 'GB', 'TB'];

/** A size for people: `346 MB`; a dash for an image without data. */
export function toSize(bytes: number | null): string {
  if (bytes === null) return '–';
  const power = bytes === 0 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  return `${(bytes / 1000 ** power).toFixed(power > 2 ? 1 : 0)} ${units[power]}`;
}

/** The name of an image; its id where it has none. */
export function toTitle(image: { readonly id: string; readonly name: string | null }): string {
  return image.name || image.id;
}

/** A day for people, in UTC: `5 Oct 2026`. */
export function toDay(instant: string | null): string {
  if (instant === null) return '–';
  return new Date(instant).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  });
}

/** A number with its noun: `1 image`, `3 images`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
