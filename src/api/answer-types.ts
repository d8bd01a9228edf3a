/**
 * The API's responses as types, derived from the schemas that write them: the page imports these instead of copies.
 * Types only. Times are UTC.
 */
import type { Static } from 'typebox';
import type * as access from './access-schemas.js';
import type * as album from './album-schemas.js';
import type * as mesh from './mesh-schemas.js';
import type * as photos from './photo-schemas.js';
import type * as spool from './spool-schemas.js';

/** The permissions of a viewer (docs/access.md has the table). */
export type { Action } from '../access/permissions.js';

/**
 * The response of `GET /api/session`: who is signed in, with which permissions. `role` is null for anonymous viewers.
 */
export type SessionAnswer = Static<typeof access.Session>;
/** A person with an account. */
export type Person = Static<typeof access.Person>;
/** A change of a person on another server that no owner here has confirmed yet. */
export type WaitingPerson = Static<typeof access.WaitingPerson>;
/** A link with which a person chooses a password, once. */
export type Invitation = Static<typeof access.Invitation>;
/** A browser in which someone is signed in. */
export type SignedInSession = Static<typeof access.OneSession>;
/** One of the viewer's passkeys. */
export type Passkey = Static<typeof access.Passkey>;
/** The viewer's second factor; `recovery` counts unused codes. */
export type SecondFactor = Static<typeof access.SecondFactor>;
/** Whether locked photos are open in this session, and how they can be opened. */
export type LockedPhotos = Static<typeof access.LockedPhotos>;
/** The permissions of a token. */
export type TokenMay = Static<typeof access.May>;
/** A token, without its secret. */
export type Token = Static<typeof access.Token>;
/** Who else has access, and the base address of links. */
export type AccessSettings = Static<typeof access.AccessSettings>;
/** One entry of the audit log. */
export type AuditEntry = Static<typeof access.AuditEntry>;
/** A comment, as visible to the viewer. */
export type Comment = Static<typeof access.Comment>;
/** A share link as the owner sees it, without its secret. */
export type ShareLink = Static<typeof access.ShareLink>;
/** A share link as its visitors see it. */
export type ShareLinkView = Static<typeof access.ShareLinkView>;
/** The photos that sharing would show, and the number of those that it would not. */
export type SharePreview = Static<typeof access.SharePreview>;

/** A photo, as much of it as is visible to the viewer. */
export type Photo = Static<typeof photos.Photo>;
/** A photo in the timeline. */
export type Tile = Static<typeof photos.Tile>;
/** A segment of the timeline: photos of one month. */
export type Segment = Static<typeof photos.Segments>[number];
/** Photos of one month (`2024-07`). */
export type Month = Static<typeof photos.Months>[number];
/** A tag, an album, a camera … with the number of its photos. */
export type Facet = Static<typeof photos.Facets>[number];
/** Edits of some photos; those of an undo have `restores` and `from` too. `shift` is seconds; null removes a value. */
export type PhotosEdit = Static<typeof photos.EachEdits>['each'][number];
/** The result of edits. */
export type EditResult = Static<typeof photos.Changed>;
/** The result of saving photos to the viewer's library. */
export type PhotosSaved = Static<typeof photos.PhotosSaved>;

/** A saved search with the number of its photos and the newest of them. */
export type SavedSearch = Static<typeof album.CountedSearch>;
/** An album suggested by a folder; `newest` is the id of its newest photo. */
export type SuggestedAlbum = Static<typeof album.SuggestedAlbum>;
/** The photo chosen as the cover of an album. */
export type AlbumCover = Static<typeof album.AlbumCover>;
/** The order of an album before a change, which undoes it. */
export type AlbumOrder = Static<typeof album.AlbumOrder>;
/** The settings of an album that exists by name. */
export type NamedAlbum = Static<typeof album.NamedAlbum>;
/** An album with members. */
export type MemberAlbum = Static<typeof album.MemberAlbum>;
/** The result of adding photos to an album or removing them. */
export type EntriesChanged = Static<typeof album.EntriesChanged>;
/** The partners of a person; people by ULID. */
export type PartnerList = Static<typeof album.PartnerList>;
/** An end of access that was lost with a server, and that the viewer can confirm. */
export type LostEnd = Static<typeof album.LostEnds>['ends'][number];
/** The storage used by the house and by each person. */
export type LibraryStorage = Static<typeof album.LibraryStorage>;
/** Photos offered to a recipient. */
export type Offer = Static<typeof album.Offer>;
/** Towns and countries of the gazetteer. */
export type Gazetteer = Static<typeof album.Gazetteer>;
/** The matches of a search by place, year, camera and holder. */
export type ExploredPhotos = Static<typeof album.ExploredPhotos>;
/** A month (`2024-07`) or year (`2024`) with its cover photo. */
export type TimelineCover = Static<typeof album.TimelineCovers>[number];
/** The places of a month or a day. */
export type TimelinePlaces = Static<typeof album.TimelinePlaces>[number];
/** The tags and albums of some photos. */
export type FacetsOfPhotos = Static<typeof album.FacetsOfPhotos>;
/** A group of photos on the map. */
export type MapCluster = Static<typeof album.MapCluster>;
/** Similar photos; `best` is the id of the one suggested to keep. */
export type DuplicateGroup = Static<typeof album.DuplicateGroup>;
/** A page of groups of similar photos. */
export type Duplicates = Static<typeof album.Duplicates>;
/** The history of a photo, newest first. */
export type PhotoHistory = Static<typeof album.PhotoHistory>;
/** One edit in the history of a photo. `value` is null if a value was removed. */
export type HistoryEntry = Static<typeof album.HistoryEntry>;
/** How many bytes of an original have arrived from another server. */
export type OriginalProgress = Static<typeof album.OriginalProgress>;
/** The start of the page of a public album. */
export type FrontPage = Static<typeof album.FrontPage>;
/** The storage used by the holders that the viewer acts for, by kind and year. */
export type StorageUse = Static<typeof album.StorageUse>;
/** The largest originals. */
export type LargestFiles = Static<typeof album.LargestFiles>;
/** After how many days photos are deleted from the trash; null for never. */
export type DeleteAfter = Static<typeof album.DeleteAfter>;
/** The days until photos in the trash are deleted. */
export type TrashLeft = Static<typeof album.TrashLeft>;
/** The kind of this server, and whether it has photos. */
export type HomeAnswer = Static<typeof album.HomeAnswer>;

/** Everything this server knows of the mesh. */
export type Mesh = Static<typeof mesh.Mesh>;
/** A connection that this server keeps to another one. */
export type PeerConnection = Static<typeof mesh.PeerConnection>;
/** A document that one side of a connection rejects. */
export type QuarantinedDocument = Static<typeof mesh.QuarantinedDocument>;
/** A server that keeps a connection to this one, known by the name of its token. */
export type Guest = Static<typeof mesh.Guest>;
/** A home with two copies that replicate with this server. */
export type CopiedHome = Static<typeof mesh.CopiedHome>;
/** A merged document, with the fields that were edited on two servers concurrently. */
export type MergeAnswer = Static<typeof mesh.Merge>;
/** The findings of `doctor`. */
export type DoctorAnswer = Static<typeof mesh.DoctorAnswer>;

/** The state of the spool, with the number of problems that no owner has seen yet. */
export type SpoolAnswer = Static<typeof spool.SpoolStatus>;
/** A person's own files in the spool. */
export type OwnArrivals = Static<typeof spool.OwnArrivals>;
