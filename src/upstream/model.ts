/** A member's decision about an image, as spelled in the schema. */
export type MemberStatus = 'PENDING' | 'ACCEPTED' | 'REJECTED';

/** Who may see an image, as spelled in the schema. */
export type ImageVisibility = 'PUBLIC' | 'PRIVATE' | 'SHARED' | 'COMMUNITY';

/** An image's stage in its life cycle, as spelled in the schema. */
export type ImageStatus =
  | 'QUEUED'
  | 'SAVING'
  | 'UPLOADING'
  | 'IMPORTING'
  | 'ACTIVE'
  | 'DEACTIVATED'
  | 'KILLED'
  | 'PENDING_DELETE'
  | 'DELETED';

/** A project, known by its id alone. */
export interface Project {
  readonly id: string;
}

/**
 * An image with all its attributes, in the shape of the schema type, so that its fields need no resolvers.
 * Times are RFC 3339 text in UTC; sizes are bytes.
 */
export interface ImageAttributes {
  readonly id: string;
  readonly name: string | null;
  /** Null for a status unknown to this gateway. */
  readonly status: ImageStatus | null;
  readonly visibility: ImageVisibility | null;
  readonly osHidden: boolean | null;
  readonly protected: boolean | null;
  readonly owner: Project | null;
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
  readonly size: number | null;
  readonly virtualSize: number | null;
  readonly diskFormat: string | null;
  readonly containerFormat: string | null;
  readonly minDisk: number | null;
  readonly minRam: number | null;
  readonly checksum: string | null;
  readonly osHashAlgo: string | null;
  readonly osHashValue: string | null;
  readonly tags: readonly string[] | null;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly self: string | null;
  readonly file: string | null;
  readonly schema: string | null;
}

/** An image of which only the key is known: enough if a query selects no attribute stored in the Images API. */
export type ImageKey = Pick<ImageAttributes, 'id'> & { readonly visibility?: undefined };

/** An image as resolvers pass it on. */
export type Image = ImageAttributes | ImageKey;

/** The attributes of an image that can be changed; one that is absent stays as it is. */
export type ImageChanges = {
  readonly [Name in 'name' | 'visibility' | 'osHidden' | 'protected' | 'tags']?: NonNullable<ImageAttributes[Name]>;
};

/** The key of a membership. */
export interface ImageMemberKey {
  readonly imageId: string;
  readonly memberId: string;
}

/** The membership of one project in one image. Times are RFC 3339 text in UTC. */
export interface ImageMember extends ImageMemberKey {
  readonly status: MemberStatus;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly schema: string;
}

/** Whether the image has its attributes, not only its key. */
export function hasAttributes(image: Image): image is ImageAttributes {
  return image.visibility !== undefined;
}
