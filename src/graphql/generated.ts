// Written by `npm run codegen` from schema/*.graphql; do not edit.
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { Image as ImageModel } from '../upstream/model.ts';
import type { MemberPayload, DeletePayload, ImageChangeModel, UpdateImageModel, ViewerModel, ImageMembersChangedModel, SharedWithMeChangedModel, ImageMemberEventModel, ImageMemberModel } from './models.ts';
import type { Project as ProjectModel } from '../identity/model.ts';
import type { GatewayContext } from './context.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** An instant in time, in UTC, as RFC 3339 text with the precision of the Images API: `2026-11-21T03:41:54Z`. */
  DateTime: { input: string; output: string; }
  /** A JSON object: keys with values of any kind. */
  JSONObject: { input: Readonly<Record<string, unknown>>; output: Readonly<Record<string, unknown>>; }
  /** A whole number from 0 to 2^53 - 1, as a JSON number: large enough for sizes in bytes, and exact in every client. */
  SafeInt: { input: number; output: number; }
  _FieldSet: { input: unknown; output: unknown; }
};

/** The image to share, and the project to share it with. */
export type CreateImageMemberInput = {
  /** The id of the image to share. */
  readonly imageId: Scalars['ID']['input'];
  /** The id of the project to share it with, in ASCII characters: the Images API cannot look up others. */
  readonly memberId: Scalars['ID']['input'];
};

/** The result of sharing an image. */
export type CreateImageMemberPayload = {
  readonly __typename?: 'CreateImageMemberPayload';
  /** The image after the change; null if the token may not see it. */
  readonly image?: Maybe<Image>;
  /** The new member; with the user error `ALREADY_MEMBER`, the existing one. Null if the image was not shared. */
  readonly imageMember?: Maybe<ImageMember>;
  /** Why the image was not shared; empty on success. */
  readonly userErrors: ReadonlyArray<ImageUserError>;
};

/** The images to share, and the projects to share them with: every image with every project. */
export type CreateImageMembersInput = {
  /** The ids of the images to share. */
  readonly imageIds: ReadonlyArray<Scalars['ID']['input']>;
  /**
   * True: changes images that are `PRIVATE` to `SHARED` first. The members that such an image had before it became private
   * are members again, with the status they had. Images of any other visibility are not changed. Costs one upstream call for
   * each changed image, and one or two to look the images up.
   */
  readonly makeShared?: Scalars['Boolean']['input'];
  /** The ids of the projects to share them with. */
  readonly memberIds: ReadonlyArray<Scalars['ID']['input']>;
};

/** The result of sharing several images. */
export type CreateImageMembersPayload = {
  readonly __typename?: 'CreateImageMembersPayload';
  /** A row for each pair of image and project, in the order of the input. */
  readonly changes: ReadonlyArray<ImageMemberChange>;
  /** With `makeShared`, a row for each image, in the order of the input; otherwise empty. */
  readonly imageChanges: ReadonlyArray<ImageChange>;
  /** Why nothing was changed; empty if there are rows. */
  readonly userErrors: ReadonlyArray<ImageUserError>;
};

/** The image to stop sharing, and the project to remove. */
export type DeleteImageMemberInput = {
  /** The id of the image. */
  readonly imageId: Scalars['ID']['input'];
  /** The id of the project to remove. */
  readonly memberId: Scalars['ID']['input'];
};

/** The result of removing a member. */
export type DeleteImageMemberPayload = {
  readonly __typename?: 'DeleteImageMemberPayload';
  /**
   * The `ImageMember.id` of the removed member, to evict it from client caches; null if nothing was removed. It is made of
   * the ids as stored by the Images API, which may differ in case or accents from those of the input.
   */
  readonly deletedImageMemberId?: Maybe<Scalars['ID']['output']>;
  /** The image after the change; null if the token may not see it. */
  readonly image?: Maybe<Image>;
  /** Why the member was not removed; empty on success. */
  readonly userErrors: ReadonlyArray<ImageUserError>;
};

/** The images to stop sharing, and the projects to remove: every project from every image. */
export type DeleteImageMembersInput = {
  /** The ids of the images. */
  readonly imageIds: ReadonlyArray<Scalars['ID']['input']>;
  /** The ids of the projects to remove. */
  readonly memberIds: ReadonlyArray<Scalars['ID']['input']>;
};

/** The result of removing members from several images. */
export type DeleteImageMembersPayload = {
  readonly __typename?: 'DeleteImageMembersPayload';
  /** A row for each pair of image and project, in the order of the input. */
  readonly changes: ReadonlyArray<ImageMemberChange>;
  /** Why nothing was changed; empty if there are rows. */
  readonly userErrors: ReadonlyArray<ImageUserError>;
};

/** A machine image in the Images service. */
export type Image = {
  readonly __typename?: 'Image';
  /** The MD5 sum of the data, in hexadecimal, for old clients. Verify downloads with `osHashValue`. */
  readonly checksum?: Maybe<Scalars['String']['output']>;
  /** The format of the container: `bare`, `ovf`, `docker`, …; null before it was set. */
  readonly containerFormat?: Maybe<Scalars['String']['output']>;
  /** When the image was registered. */
  readonly createdAt?: Maybe<Scalars['DateTime']['output']>;
  /** The format of the disk: `qcow2`, `raw`, `vmdk`, …; null before it was set. */
  readonly diskFormat?: Maybe<Scalars['String']['output']>;
  /** The path of the image's data below the address of the Images API, such as `/v2/images/{id}/file`. */
  readonly file?: Maybe<Scalars['String']['output']>;
  /** The id of the image, a UUID. */
  readonly id: Scalars['ID']['output'];
  /**
   * One member of the image; null if the project is not a member, or the token may not see it. Any number of members of one
   * image cost one upstream call.
   */
  readonly member?: Maybe<ImageMember>;
  /**
   * The projects that the image is shared with. Its owner sees all members; a member sees only itself. Empty for an image
   * that is not shared. Costs one upstream call for each image.
   */
  readonly members?: Maybe<ReadonlyArray<ImageMember>>;
  /** The minimum disk size for booting from the image, in GB (10^9 bytes). */
  readonly minDisk?: Maybe<Scalars['SafeInt']['output']>;
  /** The minimum memory for booting from the image, in MB (10^6 bytes). */
  readonly minRam?: Maybe<Scalars['SafeInt']['output']>;
  /**
   * The caller's own membership in the image; null if there is none: for its own images, for images that are not shared, and
   * for administrators, who see every image as its owner does. For a list of up to 200 images, `status` costs three upstream
   * calls in all, `id` and `memberId` one more, and the times one more for each image.
   */
  readonly myMembership?: Maybe<ImageMember>;
  /** The name of the image, not necessarily unique. */
  readonly name?: Maybe<Scalars['String']['output']>;
  /** The algorithm of `osHashValue`, such as `sha512`. */
  readonly osHashAlgo?: Maybe<Scalars['String']['output']>;
  /** The hash of the data by `osHashAlgo`, in hexadecimal. */
  readonly osHashValue?: Maybe<Scalars['String']['output']>;
  /** Whether the image is hidden from default image lists. List hidden images with `filter: {hidden: true}`. */
  readonly osHidden?: Maybe<Scalars['Boolean']['output']>;
  /** The project that owns the image, the producer; null for an image without an owner. */
  readonly owner?: Maybe<Project>;
  /** Custom properties that the owner or the cloud recorded, such as `os_distro`. */
  readonly properties?: Maybe<Scalars['JSONObject']['output']>;
  /** Whether the image is protected from deletion. */
  readonly protected?: Maybe<Scalars['Boolean']['output']>;
  /** The path of the JSON schema that describes images, such as `/v2/schemas/image`. */
  readonly schema?: Maybe<Scalars['String']['output']>;
  /** The path of the image below the address of the Images API, such as `/v2/images/{id}`. */
  readonly self?: Maybe<Scalars['String']['output']>;
  /** The size of the image's data, in bytes; null before data was uploaded. */
  readonly size?: Maybe<Scalars['SafeInt']['output']>;
  /** The stage in the image's life cycle: whether it has data and can be booted from. Null for a status not listed here. */
  readonly status?: Maybe<ImageStatus>;
  /** The owner's tags, for finding the image. */
  readonly tags?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** When the image itself was last changed; changes to its members do not count. */
  readonly updatedAt?: Maybe<Scalars['DateTime']['output']>;
  /** The size of the virtual disk, in bytes; null if it is not known. */
  readonly virtualSize?: Maybe<Scalars['SafeInt']['output']>;
  /** Who may see the image. Only `SHARED` images have members. */
  readonly visibility?: Maybe<ImageVisibility>;
};


/** A machine image in the Images service. */
export type ImageMemberArgs = {
  memberId: Scalars['ID']['input'];
};


/** A machine image in the Images service. */
export type ImageMembersArgs = {
  status?: InputMaybe<ReadonlyArray<MemberStatus>>;
};

/** The result of making one image `SHARED`. */
export type ImageChange = {
  readonly __typename?: 'ImageChange';
  /** The image after the change; null if the token may not see it, or if it could not be read. */
  readonly image?: Maybe<Image>;
  /** The id of the image. */
  readonly imageId: Scalars['ID']['output'];
  /** The outcome. `UNCHANGED`: the image was already `SHARED`. */
  readonly outcome: ImageMemberOutcome;
  /** Why it was refused; empty unless `outcome` is `REFUSED`. */
  readonly userErrors: ReadonlyArray<ImageUserError>;
};

/** A page of images, as in the Relay cursor connections specification. */
export type ImageConnection = {
  readonly __typename?: 'ImageConnection';
  /** The images of the page, each with its cursor. */
  readonly edges: ReadonlyArray<ImageEdge>;
  /** The images of the page. */
  readonly nodes: ReadonlyArray<Image>;
  /** The position of the page in the list. */
  readonly pageInfo: PageInfo;
};

/** An image in a page. */
export type ImageEdge = {
  readonly __typename?: 'ImageEdge';
  /** The opaque cursor of this image: pass it as `after` to continue after this image. */
  readonly cursor: Scalars['String']['output'];
  /** The image. */
  readonly node: Image;
};

/**
 * The images in a list. All conditions must hold; one that is null or absent does not restrict. Texts have at most 255
 * characters.
 */
export type ImageFilter = {
  /** The format of the container, such as `bare`. */
  readonly containerFormat?: InputMaybe<Scalars['String']['input']>;
  /** The format of the disk, such as `qcow2`. */
  readonly diskFormat?: InputMaybe<Scalars['String']['input']>;
  /** True: list hidden images only. False, the default: list visible images only. */
  readonly hidden?: InputMaybe<Scalars['Boolean']['input']>;
  /**
   * The caller's own status in images that are shared with it; `ACCEPTED` by default. The caller's own images are listed in
   * any case.
   */
  readonly memberStatus?: InputMaybe<MemberStatusFilter>;
  /** The exact name of the image. Whether case matters depends on the database of the cloud. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
  /** The id of the project that owns the image. */
  readonly owner?: InputMaybe<Scalars['ID']['input']>;
  /** Whether the image is protected from deletion. */
  readonly protected?: InputMaybe<Scalars['Boolean']['input']>;
  /**
   * True: only images that other projects share with the caller. With `memberStatus: PENDING`, this is the consumer's inbox.
   * It implies `visibility: SHARED`, and costs one more upstream call for each page, two if the caller's own images have to
   * be omitted, three with `memberStatus: ALL`. If the caller has very many shared images of its own, a page may end early,
   * with a cursor to continue from.
   */
  readonly sharedWithMe?: InputMaybe<Scalars['Boolean']['input']>;
  /** The stage in the image's life cycle. */
  readonly status?: InputMaybe<ImageStatus>;
  /** A tag of the image. */
  readonly tag?: InputMaybe<Scalars['String']['input']>;
  /** Who may see the image. By default all but community images of other projects. */
  readonly visibility?: InputMaybe<ImageVisibilityFilter>;
};

/** A project that an image is shared with, and its decision about the image. */
export type ImageMember = {
  readonly __typename?: 'ImageMember';
  /** When the project was first made a member of the image. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** An opaque id, unique among all memberships, for client caches. */
  readonly id: Scalars['ID']['output'];
  /** The image; null if the token may not see it. */
  readonly image?: Maybe<Image>;
  /** The id of the image. */
  readonly imageId: Scalars['ID']['output'];
  /** The id of the member's project. */
  readonly memberId: Scalars['ID']['output'];
  /** The member's project. */
  readonly project: Project;
  /** The path of the JSON schema of members in the Images API: `/v2/schemas/member`. */
  readonly schema: Scalars['String']['output'];
  /** The member's decision about the image. */
  readonly status: MemberStatus;
  /** When the membership was last changed. */
  readonly updatedAt: Scalars['DateTime']['output'];
};

/** A change to one pair of image and project. */
export type ImageMemberAction =
  /** Make the project a member. */
  | 'ADD'
  /** Change nothing: the project remains a member. */
  | 'KEEP'
  /** Remove the project. */
  | 'REMOVE'
  /** Set the member's status. */
  | 'UPDATE';

/**
 * The result for one pair of image and project. If the Images API stores an id in another spelling and treats both as
 * equal, the stored one is shown.
 */
export type ImageMemberChange = {
  readonly __typename?: 'ImageMemberChange';
  /** The requested change. */
  readonly action: ImageMemberAction;
  /** The id of the image. */
  readonly imageId: Scalars['ID']['output'];
  /** The member after the change; null if the project is not a member, or if that is unknown. */
  readonly imageMember?: Maybe<ImageMember>;
  /** The id of the project; null only for the caller's own project, if its id is unknown. */
  readonly memberId?: Maybe<Scalars['ID']['output']>;
  /** The outcome. */
  readonly outcome: ImageMemberOutcome;
  /** Why it was refused; empty unless `outcome` is `REFUSED`. */
  readonly userErrors: ReadonlyArray<ImageUserError>;
};

/** A membership that changed. */
export type ImageMemberEvent = {
  readonly __typename?: 'ImageMemberEvent';
  /** What happened to the membership. */
  readonly action: ImageMemberEventAction;
  /** The `ImageMember.id` of the removed membership, for removing it from client caches; null unless `REMOVED`. */
  readonly deletedImageMemberId?: Maybe<Scalars['ID']['output']>;
  /** The id of the image. */
  readonly imageId: Scalars['ID']['output'];
  /** The membership as it is now; null after `REMOVED`. */
  readonly imageMember?: Maybe<ImageMember>;
  /** The id of the member's project. */
  readonly memberId: Scalars['ID']['output'];
};

/** What happened to a membership. */
export type ImageMemberEventAction =
  /** The project became a member, or the image came into the list. */
  | 'ADDED'
  /** The project is not a member any more, or the token cannot see the membership any more. */
  | 'REMOVED'
  /** The member has another status. In a list by status, the image may have left the list. */
  | 'UPDATED';

/** The outcome of one change of a bulk mutation. */
export type ImageMemberOutcome =
  /** Done. If the response was lost, a later read showed the requested state. */
  | 'DONE'
  /** Not done; an error at the path of this row says why. */
  | 'FAILED'
  /** Would be done; nothing was changed, because this was a dry run. */
  | 'PLANNED'
  /** Refused; `userErrors` says why. */
  | 'REFUSED'
  /** Nothing to do: the state was already as requested. */
  | 'UNCHANGED'
  /** May or may not have been done; an error at the path of this row says why this is unknown. */
  | 'UNKNOWN';

/** The members of an image, as they are now, and what changed. */
export type ImageMembersChanged = {
  readonly __typename?: 'ImageMembersChanged';
  /**
   * What changed since the previous payload of this subscription; empty in the first. A change that was undone in the
   * meantime is not reported.
   */
  readonly changes: ReadonlyArray<ImageMemberEvent>;
  /** The image as it is now; null once it is gone or the token cannot see it. */
  readonly image?: Maybe<Image>;
};

/** The order of a list of images. */
export type ImageOrder = {
  /** The direction of the order. */
  readonly direction?: OrderDirection;
  /**
   * The field to order by. Images with equal values have a stable order across pages. Images without a size or a name come
   * first or last, depending on the database of the cloud.
   */
  readonly field: ImageOrderField;
};

/** The fields that a list of images can be ordered by. */
export type ImageOrderField =
  /** By format of the container. */
  | 'CONTAINER_FORMAT'
  /** By time of registration. */
  | 'CREATED_AT'
  /** By format of the disk. */
  | 'DISK_FORMAT'
  /** By id. */
  | 'ID'
  /** By name. */
  | 'NAME'
  /** By size of the data. */
  | 'SIZE'
  /** By status. */
  | 'STATUS'
  /** By time of the last change. */
  | 'UPDATED_AT';

/** The stage of an image in its life cycle. */
export type ImageStatus =
  /** Ready for use. */
  | 'ACTIVE'
  /** Deactivated by an administrator: the data cannot be downloaded. */
  | 'DEACTIVATED'
  /** Deleted. */
  | 'DELETED'
  /** Staged data is being imported. */
  | 'IMPORTING'
  /** An upload failed; the image cannot be read. */
  | 'KILLED'
  /** Deleted; the data is not removed yet and may be recovered. */
  | 'PENDING_DELETE'
  /** Registered, without data yet. */
  | 'QUEUED'
  /** Data is being uploaded to the store. */
  | 'SAVING'
  /** Data is being staged for an import. */
  | 'UPLOADING';

/** A mistake in a mutation that a user can fix. The mutation changed nothing. */
export type ImageUserError = {
  readonly __typename?: 'ImageUserError';
  /** The kind of error, for programs. */
  readonly code: ImageUserErrorCode;
  /** The path of the argument at fault, such as `["input", "memberId"]`; null if it is not a single one. */
  readonly field?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** What went wrong and how to fix it, for people. */
  readonly message: Scalars['String']['output'];
};

/** The kinds of errors that a user can fix. */
export type ImageUserErrorCode =
  /** The project is already a member of the image; the payload has the existing member. */
  | 'ALREADY_MEMBER'
  /** Members can be changed only while the image's visibility is `SHARED`. */
  | 'IMAGE_NOT_SHARED'
  /** An argument has an invalid value. */
  | 'INVALID_INPUT'
  /** The image has as many members as the operator of the cloud allows. */
  | 'MEMBER_LIMIT_EXCEEDED'
  /** The image or member does not exist, or the token may not see it: the Images API does not distinguish the two. */
  | 'NOT_FOUND'
  /** Only the member itself may set its status, with a token of its own project. */
  | 'NOT_IMAGE_MEMBER'
  /** Only the project that owns the image may do this. */
  | 'NOT_IMAGE_OWNER'
  /** The cloud does not allow this token to give the image that visibility. */
  | 'VISIBILITY_NOT_ALLOWED';

/** Who may see an image. */
export type ImageVisibility =
  /** Every project sees it, but only lists of community images contain it. */
  | 'COMMUNITY'
  /** Only its owner sees it. */
  | 'PRIVATE'
  /** Every project sees it, and it is in every image list. */
  | 'PUBLIC'
  /** Its owner and its members see it; it is in a member's image list once the member has accepted it. */
  | 'SHARED';

/** The visibility of the images in a list. */
export type ImageVisibilityFilter =
  /** Images of every visibility, community images of other projects included. */
  | 'ALL'
  /** Community images, those of other projects included. */
  | 'COMMUNITY'
  /** The caller's own private images. */
  | 'PRIVATE'
  /** Public images. */
  | 'PUBLIC'
  /** The caller's own shared images, and those shared with the caller, by `memberStatus`. */
  | 'SHARED';

/** A member's decision about an image that is shared with it. */
export type MemberStatus =
  /** Accepted: the image is in the member's image list. */
  | 'ACCEPTED'
  /** Not decided, or reset: the member can use the image by its id, but it is not in the member's image list. */
  | 'PENDING'
  /** Rejected: the member can use the image by its id, but it is not in the member's image list. */
  | 'REJECTED';

/** The caller's member status in the images of a list. */
export type MemberStatusFilter =
  /** Images that the caller has accepted: what the Images API lists by default. */
  | 'ACCEPTED'
  /** Images shared with the caller, whatever the caller's status. */
  | 'ALL'
  /** Images that the caller has not decided on, or has reset. */
  | 'PENDING'
  /** Images that the caller has rejected. */
  | 'REJECTED';

/** Changes: to the members of images, to the caller's member status, and to images. */
export type Mutation = {
  readonly __typename?: 'Mutation';
  /**
   * Shares an image with a project: makes it a member, with status `PENDING`. Only the image's owner may do this, and only
   * while the image is `SHARED`. The Images API does not check that the project exists.
   */
  readonly createImageMember: CreateImageMemberPayload;
  /**
   * Shares several images with several projects: every image with every project. The payload has a row for each pair; a
   * pair that is already shared is not an error.
   */
  readonly createImageMembers: CreateImageMembersPayload;
  /**
   * Stops sharing an image with a project: removes the member. Only the image's owner may do this. A consumer that wants
   * an image out of its list sets its own status to `REJECTED`.
   */
  readonly deleteImageMember: DeleteImageMemberPayload;
  /**
   * Stops sharing several images with several projects. The payload has a row for each pair; a pair that is not shared is
   * not an error.
   */
  readonly deleteImageMembers: DeleteImageMembersPayload;
  /**
   * Makes these projects the only members of an image: adds those that are missing and removes all others. Members that stay
   * keep their status, even if the input spells their ids in another way that the Images API treats as equal. With
   * `dryRun`, returns the changes without making them.
   */
  readonly setImageMembers: SetImageMembersPayload;
  /**
   * Changes attributes of an image; others stay unchanged. The token must be allowed to change the image in the Images API:
   * by default, only tokens of the owner's project are. Either all changes are made, or none.
   *
   * An image that is no longer `SHARED` keeps its members but hides them: they lose access, and the list cannot be read or
   * changed. Once the image is `SHARED` again, they are members again, with the status they had.
   */
  readonly updateImage: UpdateImagePayload;
  /**
   * Accepts a shared image, rejects it, or resets it to pending. Only the member itself may do this, with a token of its own
   * project. Every status can be changed to every other. `memberId` defaults to the caller's own project.
   */
  readonly updateMemberStatus: UpdateMemberStatusPayload;
  /**
   * Accepts several shared images, rejects them, or resets them to pending. Only the member itself may do this, with a token
   * of its own project. The payload has a row for each image.
   */
  readonly updateMemberStatuses: UpdateMemberStatusesPayload;
};


/** Changes: to the members of images, to the caller's member status, and to images. */
export type MutationCreateImageMemberArgs = {
  input: CreateImageMemberInput;
};


/** Changes: to the members of images, to the caller's member status, and to images. */
export type MutationCreateImageMembersArgs = {
  input: CreateImageMembersInput;
};


/** Changes: to the members of images, to the caller's member status, and to images. */
export type MutationDeleteImageMemberArgs = {
  input: DeleteImageMemberInput;
};


/** Changes: to the members of images, to the caller's member status, and to images. */
export type MutationDeleteImageMembersArgs = {
  input: DeleteImageMembersInput;
};


/** Changes: to the members of images, to the caller's member status, and to images. */
export type MutationSetImageMembersArgs = {
  input: SetImageMembersInput;
};


/** Changes: to the members of images, to the caller's member status, and to images. */
export type MutationUpdateImageArgs = {
  input: UpdateImageInput;
};


/** Changes: to the members of images, to the caller's member status, and to images. */
export type MutationUpdateMemberStatusArgs = {
  input: UpdateMemberStatusInput;
};


/** Changes: to the members of images, to the caller's member status, and to images. */
export type MutationUpdateMemberStatusesArgs = {
  input: UpdateMemberStatusesInput;
};

/** The direction of an order. */
export type OrderDirection =
  /** The smallest, oldest or alphabetically first one. */
  | 'ASC'
  /** The largest, newest or alphabetically last one. */
  | 'DESC';

/** The position of a page in its connection, as in the Relay cursor connections specification. */
export type PageInfo = {
  readonly __typename?: 'PageInfo';
  /** The cursor of the last item: pass it as `after` to get the next page. Null on an empty last page. */
  readonly endCursor?: Maybe<Scalars['String']['output']>;
  /** Whether more items follow this page. */
  readonly hasNextPage: Scalars['Boolean']['output'];
  /** Always false: lists are paged forward only. */
  readonly hasPreviousPage: Scalars['Boolean']['output'];
  /** The cursor of the first item of this page; null on an empty page. */
  readonly startCursor?: Maybe<Scalars['String']['output']>;
};

/**
 * A project of the cloud (older texts say tenant): the account that owns an image, or that an image is shared with.
 * This graph has its id, and its name if the caller may see it; an identity subgraph adds the rest.
 */
export type Project = {
  readonly __typename?: 'Project';
  /** The id of the project in the Identity service. */
  readonly id: Scalars['ID']['output'];
  /**
   * The name of the project, unique in its domain. Users see the names of their own projects, administrators all names. Null
   * if the caller may not see it, if the project does not exist, or if no Identity service is configured. All names of one
   * operation cost at most five calls to the Identity service.
   */
  readonly name?: Maybe<Scalars['String']['output']>;
};

/** Reads: the images and memberships that the token may see, and the identity of the caller. */
export type Query = {
  readonly __typename?: 'Query';
  /** The image with this id, hidden and pending ones included; null if it does not exist or the token may not see it. */
  readonly image?: Maybe<Image>;
  /** The membership of one project in one image; null if it does not exist or the token may not see it. */
  readonly imageMember?: Maybe<ImageMember>;
  /**
   * A page of the images that the token may see. Without a filter, these are the caller's own images, public images, and
   * shared images that the caller has accepted. The inbox of a consumer, images that other projects share with the caller,
   * is `filter: {sharedWithMe: true, memberStatus: PENDING}`.
   */
  readonly images?: Maybe<ImageConnection>;
  /**
   * The caller, by its token; null without a token. A token that the Identity service does not accept is an error. Costs one
   * call to the Identity service, and one more with `projects`.
   */
  readonly viewer?: Maybe<Viewer>;
};


/** Reads: the images and memberships that the token may see, and the identity of the caller. */
export type QueryImageArgs = {
  id: Scalars['ID']['input'];
};


/** Reads: the images and memberships that the token may see, and the identity of the caller. */
export type QueryImageMemberArgs = {
  imageId: Scalars['ID']['input'];
  memberId: Scalars['ID']['input'];
};


/** Reads: the images and memberships that the token may see, and the identity of the caller. */
export type QueryImagesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<ImageFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: InputMaybe<ImageOrder>;
};

/** The complete list of members of an image. */
export type SetImageMembersInput = {
  /** True: returns the changes without making them. */
  readonly dryRun?: Scalars['Boolean']['input'];
  /** The id of the image. */
  readonly imageId: Scalars['ID']['input'];
  /** The ids of all members; an empty list removes every member. */
  readonly memberIds: ReadonlyArray<Scalars['ID']['input']>;
};

/** The result of setting the members of an image. */
export type SetImageMembersPayload = {
  readonly __typename?: 'SetImageMembersPayload';
  /** A row for each project of the input, in its order, followed by a row for each removed member. */
  readonly changes: ReadonlyArray<ImageMemberChange>;
  /** Why nothing was changed; empty if there are rows. */
  readonly userErrors: ReadonlyArray<ImageUserError>;
};

/** The images that other projects share with the caller, as they are now, and what changed. */
export type SharedWithMeChanged = {
  readonly __typename?: 'SharedWithMeChanged';
  /**
   * What changed since the previous payload of this subscription; empty in the first. A change that was undone in the
   * meantime is not reported.
   */
  readonly changes: ReadonlyArray<ImageMemberEvent>;
  /** The images, the newest first. The list is complete up to the limit of the gateway, `SUBSCRIPTION_MAX_IMAGES`. */
  readonly images: ReadonlyArray<Image>;
};

/** What clients can follow: each field first tells the state, and then every change. */
export type Subscription = {
  readonly __typename?: 'Subscription';
  /**
   * The image and its members: first as they are now, then again whenever a member is added, removed or changes its status.
   * Null where there is no such image or the token may not see it. Ends after a payload whose `image` is null, once the
   * image is gone or the token cannot see it any more.
   */
  readonly imageMembersChanged?: Maybe<ImageMembersChanged>;
  /**
   * The images that other projects share with the caller: first as they are now, then again whenever one is added, removed
   * or changes its status. Lists what `images(filter: {sharedWithMe: true, …})` lists, without pages.
   */
  readonly sharedWithMeChanged?: Maybe<SharedWithMeChanged>;
};


/** What clients can follow: each field first tells the state, and then every change. */
export type SubscriptionImageMembersChangedArgs = {
  imageId: Scalars['ID']['input'];
};


/** What clients can follow: each field first tells the state, and then every change. */
export type SubscriptionSharedWithMeChangedArgs = {
  memberStatus?: InputMaybe<MemberStatusFilter>;
};

/** The image, and its new attributes. An attribute that is null or absent stays unchanged; at least one is required. */
export type UpdateImageInput = {
  /** The id of the image. */
  readonly imageId: Scalars['ID']['input'];
  /** The name, of at most 255 characters; it need not be unique. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
  /** Whether to hide the image from default image lists. */
  readonly osHidden?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whether the image is protected from deletion. */
  readonly protected?: InputMaybe<Scalars['Boolean']['input']>;
  /** The complete list of tags, each of at most 255 characters; an empty list removes all tags. */
  readonly tags?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /**
   * Who may see the image. In most clouds, only administrators may make images `PUBLIC`; in some, the same holds for
   * `COMMUNITY`.
   */
  readonly visibility?: InputMaybe<ImageVisibility>;
};

/** The result of changing an image. */
export type UpdateImagePayload = {
  readonly __typename?: 'UpdateImagePayload';
  /**
   * The members that this change hid, because the image is no longer `SHARED`. The Images API keeps them: they are members
   * again, with this status, once the image is `SHARED` again. Empty if the change hid none; null if nothing was changed or
   * the members are unknown. Costs one more upstream call if `visibility` is given.
   */
  readonly hiddenMembers?: Maybe<ReadonlyArray<ImageMember>>;
  /** The image after the change; null if the token may not see it. */
  readonly image?: Maybe<Image>;
  /** Why the image was not changed; empty on success. */
  readonly userErrors: ReadonlyArray<ImageUserError>;
};

/** The membership to change, and its new status. */
export type UpdateMemberStatusInput = {
  /** The id of the image. */
  readonly imageId: Scalars['ID']['input'];
  /**
   * The id of the member's project. It defaults to the caller's own project, which costs one call to the Identity service,
   * or two to the Images API if no Identity service is configured. Administrators must then name it.
   */
  readonly memberId?: InputMaybe<Scalars['ID']['input']>;
  /** The new status. */
  readonly status: MemberStatus;
};

/** The result of changing a member's status. */
export type UpdateMemberStatusPayload = {
  readonly __typename?: 'UpdateMemberStatusPayload';
  /** The image after the change; null if the token may not see it. */
  readonly image?: Maybe<Image>;
  /** The member after the change; null if the status was not changed. */
  readonly imageMember?: Maybe<ImageMember>;
  /** Why the status was not changed; empty on success. */
  readonly userErrors: ReadonlyArray<ImageUserError>;
};

/** The images to accept, reject or reset to pending. */
export type UpdateMemberStatusesInput = {
  /** The ids of the images. */
  readonly imageIds: ReadonlyArray<Scalars['ID']['input']>;
  /**
   * The id of the member's project. It defaults to the caller's own project, which costs one call to the Identity service.
   * If no Identity service is configured, the gateway finds it in the images, which costs at most two calls to the Images
   * API, however many images there are. Administrators must then name it.
   */
  readonly memberId?: InputMaybe<Scalars['ID']['input']>;
  /** The new status. */
  readonly status: MemberStatus;
};

/** The result of changing a member's status in several images. */
export type UpdateMemberStatusesPayload = {
  readonly __typename?: 'UpdateMemberStatusesPayload';
  /** A row for each image, in the order of the input. */
  readonly changes: ReadonlyArray<ImageMemberChange>;
  /** Why nothing was changed; empty if there are rows. */
  readonly userErrors: ReadonlyArray<ImageUserError>;
};

/** A user of the cloud. This graph has only the caller; an identity subgraph adds the rest. */
export type User = {
  readonly __typename?: 'User';
  /** The id of the user in the Identity service. */
  readonly id: Scalars['ID']['output'];
  /** The name that the user signs in with, unique in its domain. */
  readonly name?: Maybe<Scalars['String']['output']>;
};

/** The caller: the user, project and roles of its token. Other subgraphs can add what they know about the caller. */
export type Viewer = {
  readonly __typename?: 'Viewer';
  /** When the token expires; null if no Identity service is configured. */
  readonly expiresAt?: Maybe<Scalars['DateTime']['output']>;
  /** A constant, so that client caches keep one viewer. */
  readonly id: Scalars['ID']['output'];
  /**
   * The project of the token; null for a token without a project. If no Identity service is configured, it is derived from
   * one of the caller's own private images; null if there is none, and for administrators.
   */
  readonly project?: Maybe<Project>;
  /**
   * The projects that the user has a role in, and can get tokens for from the Identity service; null if no Identity service
   * is configured.
   */
  readonly projects?: Maybe<ReadonlyArray<Project>>;
  /**
   * The names of the token's roles, such as `member`; null for a token without a scope, or if no Identity service is
   * configured.
   */
  readonly roles?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** The user of the token; null if no Identity service is configured. */
  readonly user?: Maybe<User>;
};



export type ResolverTypeWrapper<T> = Promise<T> | T;

export type ReferenceResolver<TResult, TReference, TContext> = (
      reference: TReference,
      context: TContext,
      info: GraphQLResolveInfo
    ) => Promise<TResult> | TResult;

      type ScalarCheck<T, S> = S extends true ? T : NullableCheck<T, S>;
      type NullableCheck<T, S> = Maybe<T> extends T ? Maybe<ListCheck<NonNullable<T>, S>> : ListCheck<T, S>;
      type ListCheck<T, S> = T extends (infer U)[] ? NullableCheck<U, S>[] : GraphQLRecursivePick<T, S>;
      export type GraphQLRecursivePick<T, S> = { [K in keyof T & keyof S]: ScalarCheck<T[K], S[K]> };
    

export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

/** Mapping of federation types */
export type FederationTypes = {
  Image: Image;
  ImageMember: ImageMember;
  Viewer: Viewer;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  Image:
    ( { __typename: 'Image' }
    & GraphQLRecursivePick<FederationTypes['Image'], {"id":true}> );
  ImageMember:
    ( { __typename: 'ImageMember' }
    & GraphQLRecursivePick<FederationTypes['ImageMember'], {"imageId":true,"memberId":true}> );
  Viewer:
    ( { __typename: 'Viewer' }
    & GraphQLRecursivePick<FederationTypes['Viewer'], {"id":true}> );
};



/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  CreateImageMemberInput: CreateImageMemberInput;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  CreateImageMemberPayload: ResolverTypeWrapper<MemberPayload>;
  CreateImageMembersInput: CreateImageMembersInput;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  CreateImageMembersPayload: ResolverTypeWrapper<Omit<CreateImageMembersPayload, 'changes' | 'imageChanges'> & { changes: ReadonlyArray<ResolversTypes['ImageMemberChange']>, imageChanges: ReadonlyArray<ResolversTypes['ImageChange']> }>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  DeleteImageMemberInput: DeleteImageMemberInput;
  DeleteImageMemberPayload: ResolverTypeWrapper<DeletePayload>;
  DeleteImageMembersInput: DeleteImageMembersInput;
  DeleteImageMembersPayload: ResolverTypeWrapper<Omit<DeleteImageMembersPayload, 'changes'> & { changes: ReadonlyArray<ResolversTypes['ImageMemberChange']> }>;
  Image: ResolverTypeWrapper<ImageModel>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  ImageChange: ResolverTypeWrapper<ImageChangeModel>;
  ImageConnection: ResolverTypeWrapper<Omit<ImageConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['ImageEdge']>, nodes: ReadonlyArray<ResolversTypes['Image']> }>;
  ImageEdge: ResolverTypeWrapper<Omit<ImageEdge, 'node'> & { node: ResolversTypes['Image'] }>;
  ImageFilter: ImageFilter;
  ImageMember: ResolverTypeWrapper<ImageMemberModel>;
  ImageMemberAction: ImageMemberAction;
  ImageMemberChange: ResolverTypeWrapper<Omit<ImageMemberChange, 'imageMember'> & { imageMember?: Maybe<ResolversTypes['ImageMember']> }>;
  ImageMemberEvent: ResolverTypeWrapper<ImageMemberEventModel>;
  ImageMemberEventAction: ImageMemberEventAction;
  ImageMemberOutcome: ImageMemberOutcome;
  ImageMembersChanged: ResolverTypeWrapper<ImageMembersChangedModel>;
  ImageOrder: ImageOrder;
  ImageOrderField: ImageOrderField;
  ImageStatus: ImageStatus;
  ImageUserError: ResolverTypeWrapper<ImageUserError>;
  ImageUserErrorCode: ImageUserErrorCode;
  ImageVisibility: ImageVisibility;
  ImageVisibilityFilter: ImageVisibilityFilter;
  JSONObject: ResolverTypeWrapper<Scalars['JSONObject']['output']>;
  MemberStatus: MemberStatus;
  MemberStatusFilter: MemberStatusFilter;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  OrderDirection: OrderDirection;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Project: ResolverTypeWrapper<ProjectModel>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  SafeInt: ResolverTypeWrapper<Scalars['SafeInt']['output']>;
  SetImageMembersInput: SetImageMembersInput;
  SetImageMembersPayload: ResolverTypeWrapper<Omit<SetImageMembersPayload, 'changes'> & { changes: ReadonlyArray<ResolversTypes['ImageMemberChange']> }>;
  SharedWithMeChanged: ResolverTypeWrapper<SharedWithMeChangedModel>;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  UpdateImageInput: UpdateImageInput;
  UpdateImagePayload: ResolverTypeWrapper<UpdateImageModel>;
  UpdateMemberStatusInput: UpdateMemberStatusInput;
  UpdateMemberStatusPayload: ResolverTypeWrapper<MemberPayload>;
  UpdateMemberStatusesInput: UpdateMemberStatusesInput;
  UpdateMemberStatusesPayload: ResolverTypeWrapper<Omit<UpdateMemberStatusesPayload, 'changes'> & { changes: ReadonlyArray<ResolversTypes['ImageMemberChange']> }>;
  User: ResolverTypeWrapper<User>;
  Viewer: ResolverTypeWrapper<ViewerModel>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  CreateImageMemberInput: CreateImageMemberInput;
  ID: Scalars['ID']['output'];
  CreateImageMemberPayload: MemberPayload;
  CreateImageMembersInput: CreateImageMembersInput;
  Boolean: Scalars['Boolean']['output'];
  CreateImageMembersPayload: Omit<CreateImageMembersPayload, 'changes' | 'imageChanges'> & { changes: ReadonlyArray<ResolversParentTypes['ImageMemberChange']>, imageChanges: ReadonlyArray<ResolversParentTypes['ImageChange']> };
  DateTime: Scalars['DateTime']['output'];
  DeleteImageMemberInput: DeleteImageMemberInput;
  DeleteImageMemberPayload: DeletePayload;
  DeleteImageMembersInput: DeleteImageMembersInput;
  DeleteImageMembersPayload: Omit<DeleteImageMembersPayload, 'changes'> & { changes: ReadonlyArray<ResolversParentTypes['ImageMemberChange']> };
  Image: ImageModel;
  String: Scalars['String']['output'];
  ImageChange: ImageChangeModel;
  ImageConnection: Omit<ImageConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['ImageEdge']>, nodes: ReadonlyArray<ResolversParentTypes['Image']> };
  ImageEdge: Omit<ImageEdge, 'node'> & { node: ResolversParentTypes['Image'] };
  ImageFilter: ImageFilter;
  ImageMember: ImageMemberModel;
  ImageMemberChange: Omit<ImageMemberChange, 'imageMember'> & { imageMember?: Maybe<ResolversParentTypes['ImageMember']> };
  ImageMemberEvent: ImageMemberEventModel;
  ImageMembersChanged: ImageMembersChangedModel;
  ImageOrder: ImageOrder;
  ImageUserError: ImageUserError;
  JSONObject: Scalars['JSONObject']['output'];
  Mutation: Record<PropertyKey, never>;
  PageInfo: PageInfo;
  Project: ProjectModel;
  Query: Record<PropertyKey, never>;
  Int: Scalars['Int']['output'];
  SafeInt: Scalars['SafeInt']['output'];
  SetImageMembersInput: SetImageMembersInput;
  SetImageMembersPayload: Omit<SetImageMembersPayload, 'changes'> & { changes: ReadonlyArray<ResolversParentTypes['ImageMemberChange']> };
  SharedWithMeChanged: SharedWithMeChangedModel;
  Subscription: Record<PropertyKey, never>;
  UpdateImageInput: UpdateImageInput;
  UpdateImagePayload: UpdateImageModel;
  UpdateMemberStatusInput: UpdateMemberStatusInput;
  UpdateMemberStatusPayload: MemberPayload;
  UpdateMemberStatusesInput: UpdateMemberStatusesInput;
  UpdateMemberStatusesPayload: Omit<UpdateMemberStatusesPayload, 'changes'> & { changes: ReadonlyArray<ResolversParentTypes['ImageMemberChange']> };
  User: User;
  Viewer: ViewerModel;
};

export type CreateImageMemberPayloadResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['CreateImageMemberPayload'] = ResolversParentTypes['CreateImageMemberPayload']> = {
  image?: Resolver<Maybe<ResolversTypes['Image']>, ParentType, ContextType>;
  imageMember?: Resolver<Maybe<ResolversTypes['ImageMember']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['ImageUserError']>, ParentType, ContextType>;
};

export type CreateImageMembersPayloadResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['CreateImageMembersPayload'] = ResolversParentTypes['CreateImageMembersPayload']> = {
  changes?: Resolver<ReadonlyArray<ResolversTypes['ImageMemberChange']>, ParentType, ContextType>;
  imageChanges?: Resolver<ReadonlyArray<ResolversTypes['ImageChange']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['ImageUserError']>, ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type DeleteImageMemberPayloadResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['DeleteImageMemberPayload'] = ResolversParentTypes['DeleteImageMemberPayload']> = {
  deletedImageMemberId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  image?: Resolver<Maybe<ResolversTypes['Image']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['ImageUserError']>, ParentType, ContextType>;
};

export type DeleteImageMembersPayloadResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['DeleteImageMembersPayload'] = ResolversParentTypes['DeleteImageMembersPayload']> = {
  changes?: Resolver<ReadonlyArray<ResolversTypes['ImageMemberChange']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['ImageUserError']>, ParentType, ContextType>;
};

export type ImageResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Image'] = ResolversParentTypes['Image'], FederationReferenceType extends FederationReferenceTypes['Image'] = FederationReferenceTypes['Image']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Image']> | FederationReferenceType, FederationReferenceType, ContextType>;
  checksum?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  containerFormat?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  createdAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  diskFormat?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  file?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  member?: Resolver<Maybe<ResolversTypes['ImageMember']>, ParentType, ContextType, RequireFields<ImageMemberArgs, 'memberId'>>;
  members?: Resolver<Maybe<ReadonlyArray<ResolversTypes['ImageMember']>>, ParentType, ContextType, Partial<ImageMembersArgs>>;
  minDisk?: Resolver<Maybe<ResolversTypes['SafeInt']>, ParentType, ContextType>;
  minRam?: Resolver<Maybe<ResolversTypes['SafeInt']>, ParentType, ContextType>;
  myMembership?: Resolver<Maybe<ResolversTypes['ImageMember']>, ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  osHashAlgo?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  osHashValue?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  osHidden?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  owner?: Resolver<Maybe<ResolversTypes['Project']>, ParentType, ContextType>;
  properties?: Resolver<Maybe<ResolversTypes['JSONObject']>, ParentType, ContextType>;
  protected?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  schema?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  self?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  size?: Resolver<Maybe<ResolversTypes['SafeInt']>, ParentType, ContextType>;
  status?: Resolver<Maybe<ResolversTypes['ImageStatus']>, ParentType, ContextType>;
  tags?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  updatedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  virtualSize?: Resolver<Maybe<ResolversTypes['SafeInt']>, ParentType, ContextType>;
  visibility?: Resolver<Maybe<ResolversTypes['ImageVisibility']>, ParentType, ContextType>;
};

export type ImageChangeResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['ImageChange'] = ResolversParentTypes['ImageChange']> = {
  image?: Resolver<Maybe<ResolversTypes['Image']>, ParentType, ContextType>;
  imageId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  outcome?: Resolver<ResolversTypes['ImageMemberOutcome'], ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['ImageUserError']>, ParentType, ContextType>;
};

export type ImageConnectionResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['ImageConnection'] = ResolversParentTypes['ImageConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['ImageEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Image']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type ImageEdgeResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['ImageEdge'] = ResolversParentTypes['ImageEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Image'], ParentType, ContextType>;
};

export type ImageMemberResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['ImageMember'] = ResolversParentTypes['ImageMember'], FederationReferenceType extends FederationReferenceTypes['ImageMember'] = FederationReferenceTypes['ImageMember']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['ImageMember']> | FederationReferenceType, FederationReferenceType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  image?: Resolver<Maybe<ResolversTypes['Image']>, ParentType, ContextType>;
  imageId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  memberId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  project?: Resolver<ResolversTypes['Project'], ParentType, ContextType>;
  schema?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['MemberStatus'], ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type ImageMemberChangeResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['ImageMemberChange'] = ResolversParentTypes['ImageMemberChange']> = {
  action?: Resolver<ResolversTypes['ImageMemberAction'], ParentType, ContextType>;
  imageId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  imageMember?: Resolver<Maybe<ResolversTypes['ImageMember']>, ParentType, ContextType>;
  memberId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  outcome?: Resolver<ResolversTypes['ImageMemberOutcome'], ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['ImageUserError']>, ParentType, ContextType>;
};

export type ImageMemberEventResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['ImageMemberEvent'] = ResolversParentTypes['ImageMemberEvent']> = {
  action?: Resolver<ResolversTypes['ImageMemberEventAction'], ParentType, ContextType>;
  deletedImageMemberId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  imageId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  imageMember?: Resolver<Maybe<ResolversTypes['ImageMember']>, ParentType, ContextType>;
  memberId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type ImageMembersChangedResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['ImageMembersChanged'] = ResolversParentTypes['ImageMembersChanged']> = {
  changes?: Resolver<ReadonlyArray<ResolversTypes['ImageMemberEvent']>, ParentType, ContextType>;
  image?: Resolver<Maybe<ResolversTypes['Image']>, ParentType, ContextType>;
};

export type ImageUserErrorResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['ImageUserError'] = ResolversParentTypes['ImageUserError']> = {
  code?: Resolver<ResolversTypes['ImageUserErrorCode'], ParentType, ContextType>;
  field?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export interface JsonObjectScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['JSONObject'], any> {
  name: 'JSONObject';
}

export type MutationResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  createImageMember?: Resolver<ResolversTypes['CreateImageMemberPayload'], ParentType, ContextType, RequireFields<MutationCreateImageMemberArgs, 'input'>>;
  createImageMembers?: Resolver<ResolversTypes['CreateImageMembersPayload'], ParentType, ContextType, RequireFields<MutationCreateImageMembersArgs, 'input'>>;
  deleteImageMember?: Resolver<ResolversTypes['DeleteImageMemberPayload'], ParentType, ContextType, RequireFields<MutationDeleteImageMemberArgs, 'input'>>;
  deleteImageMembers?: Resolver<ResolversTypes['DeleteImageMembersPayload'], ParentType, ContextType, RequireFields<MutationDeleteImageMembersArgs, 'input'>>;
  setImageMembers?: Resolver<ResolversTypes['SetImageMembersPayload'], ParentType, ContextType, RequireFields<MutationSetImageMembersArgs, 'input'>>;
  updateImage?: Resolver<ResolversTypes['UpdateImagePayload'], ParentType, ContextType, RequireFields<MutationUpdateImageArgs, 'input'>>;
  updateMemberStatus?: Resolver<ResolversTypes['UpdateMemberStatusPayload'], ParentType, ContextType, RequireFields<MutationUpdateMemberStatusArgs, 'input'>>;
  updateMemberStatuses?: Resolver<ResolversTypes['UpdateMemberStatusesPayload'], ParentType, ContextType, RequireFields<MutationUpdateMemberStatusesArgs, 'input'>>;
};

export type PageInfoResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type ProjectResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Project'] = ResolversParentTypes['Project']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type QueryResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  image?: Resolver<Maybe<ResolversTypes['Image']>, ParentType, ContextType, RequireFields<QueryImageArgs, 'id'>>;
  imageMember?: Resolver<Maybe<ResolversTypes['ImageMember']>, ParentType, ContextType, RequireFields<QueryImageMemberArgs, 'imageId' | 'memberId'>>;
  images?: Resolver<Maybe<ResolversTypes['ImageConnection']>, ParentType, ContextType, RequireFields<QueryImagesArgs, 'first'>>;
  viewer?: Resolver<Maybe<ResolversTypes['Viewer']>, ParentType, ContextType>;
};

export interface SafeIntScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['SafeInt'], any> {
  name: 'SafeInt';
}

export type SetImageMembersPayloadResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['SetImageMembersPayload'] = ResolversParentTypes['SetImageMembersPayload']> = {
  changes?: Resolver<ReadonlyArray<ResolversTypes['ImageMemberChange']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['ImageUserError']>, ParentType, ContextType>;
};

export type SharedWithMeChangedResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['SharedWithMeChanged'] = ResolversParentTypes['SharedWithMeChanged']> = {
  changes?: Resolver<ReadonlyArray<ResolversTypes['ImageMemberEvent']>, ParentType, ContextType>;
  images?: Resolver<ReadonlyArray<ResolversTypes['Image']>, ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  imageMembersChanged?: SubscriptionResolver<Maybe<ResolversTypes['ImageMembersChanged']>, "imageMembersChanged", ParentType, ContextType, RequireFields<SubscriptionImageMembersChangedArgs, 'imageId'>>;
  sharedWithMeChanged?: SubscriptionResolver<Maybe<ResolversTypes['SharedWithMeChanged']>, "sharedWithMeChanged", ParentType, ContextType, RequireFields<SubscriptionSharedWithMeChangedArgs, 'memberStatus'>>;
};

export type UpdateImagePayloadResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['UpdateImagePayload'] = ResolversParentTypes['UpdateImagePayload']> = {
  hiddenMembers?: Resolver<Maybe<ReadonlyArray<ResolversTypes['ImageMember']>>, ParentType, ContextType>;
  image?: Resolver<Maybe<ResolversTypes['Image']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['ImageUserError']>, ParentType, ContextType>;
};

export type UpdateMemberStatusPayloadResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['UpdateMemberStatusPayload'] = ResolversParentTypes['UpdateMemberStatusPayload']> = {
  image?: Resolver<Maybe<ResolversTypes['Image']>, ParentType, ContextType>;
  imageMember?: Resolver<Maybe<ResolversTypes['ImageMember']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['ImageUserError']>, ParentType, ContextType>;
};

export type UpdateMemberStatusesPayloadResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['UpdateMemberStatusesPayload'] = ResolversParentTypes['UpdateMemberStatusesPayload']> = {
  changes?: Resolver<ReadonlyArray<ResolversTypes['ImageMemberChange']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['ImageUserError']>, ParentType, ContextType>;
};

export type UserResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['User'] = ResolversParentTypes['User']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type ViewerResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Viewer'] = ResolversParentTypes['Viewer'], FederationReferenceType extends FederationReferenceTypes['Viewer'] = FederationReferenceTypes['Viewer']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Viewer']> | FederationReferenceType, FederationReferenceType, ContextType>;
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  project?: Resolver<Maybe<ResolversTypes['Project']>, ParentType, ContextType>;
  projects?: Resolver<Maybe<ReadonlyArray<ResolversTypes['Project']>>, ParentType, ContextType>;
  roles?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
};

export type Resolvers<ContextType = GatewayContext> = {
  CreateImageMemberPayload?: CreateImageMemberPayloadResolvers<ContextType>;
  CreateImageMembersPayload?: CreateImageMembersPayloadResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  DeleteImageMemberPayload?: DeleteImageMemberPayloadResolvers<ContextType>;
  DeleteImageMembersPayload?: DeleteImageMembersPayloadResolvers<ContextType>;
  Image?: ImageResolvers<ContextType>;
  ImageChange?: ImageChangeResolvers<ContextType>;
  ImageConnection?: ImageConnectionResolvers<ContextType>;
  ImageEdge?: ImageEdgeResolvers<ContextType>;
  ImageMember?: ImageMemberResolvers<ContextType>;
  ImageMemberChange?: ImageMemberChangeResolvers<ContextType>;
  ImageMemberEvent?: ImageMemberEventResolvers<ContextType>;
  ImageMembersChanged?: ImageMembersChangedResolvers<ContextType>;
  ImageUserError?: ImageUserErrorResolvers<ContextType>;
  JSONObject?: GraphQLScalarType;
  Mutation?: MutationResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Project?: ProjectResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  SafeInt?: GraphQLScalarType;
  SetImageMembersPayload?: SetImageMembersPayloadResolvers<ContextType>;
  SharedWithMeChanged?: SharedWithMeChangedResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  UpdateImagePayload?: UpdateImagePayloadResolvers<ContextType>;
  UpdateMemberStatusPayload?: UpdateMemberStatusPayloadResolvers<ContextType>;
  UpdateMemberStatusesPayload?: UpdateMemberStatusesPayloadResolvers<ContextType>;
  User?: UserResolvers<ContextType>;
  Viewer?: ViewerResolvers<ContextType>;
};

