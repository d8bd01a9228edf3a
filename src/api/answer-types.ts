/**
 * The answers of the API as types, derived from the shapes that write them: what the page imports, so that it has no copy of its
 * own. Types only. Times are UTC.
 */
import type { Static } from 'typebox';
import type * as access from './access-schemas.js';
import type * as album from './album-schemas.js';
import type * as mesh from './mesh-schemas.js';
import type * as photos from './photo-schemas.js';
import type * as spool from './spool-schemas.js';

/** What a viewer may be allowed to do (docs/access.md has the table). */
export type { Action } from '../access/permissions.js';

/** The answer of `GET /api/session`: who is known, and what they may do. `role` is null where nobody is known. */
export type SessionAnswer = Static<typeof access.Session>;
/** A person with an account. */
export type Person = Static<typeof access.Person>;
/** What another server changed of a person and an owner here has not agreed to. */
export type WaitingPerson = Static<typeof access.WaitingPerson>;
/** A link that lets a person choose a password, once. */
export type Invitation = Static<typeof access.Invitation>;
/** A place where somebody is signed in. */
export type SignedInSession = Static<typeof access.OneSession>;
/** A passkey of one's own. */
export type Passkey = Static<typeof access.Passkey>;
/** One's own second factor; `recovery` counts the codes that were not used yet. */
export type SecondFactor = Static<typeof access.SecondFactor>;
/** What a token may do. */
export type TokenMay = Static<typeof access.May>;
/** A token, without its secret. */
export type Token = Static<typeof access.Token>;
/** Who else is let in, and what links begin with. */
export type AccessSettings = Static<typeof access.AccessSettings>;
/** One entry of the audit log. */
export type AuditEntry = Static<typeof access.AuditEntry>;
/** A comment, as somebody sees it. */
export type Comment = Static<typeof access.Comment>;
/** A share link as the owner sees it, without its secret. */
export type ShareLink = Static<typeof access.ShareLink>;
/** A share link as its visitors see it. */
export type ShareLinkView = Static<typeof access.ShareLinkView>;

/** A photo, as much of it as the viewer may see. */
export type Photo = Static<typeof photos.Photo>;
/** A photo in the timeline. */
export type Tile = Static<typeof photos.Tile>;
/** A stretch of the timeline: photos of one month. */
export type Segment = Static<typeof photos.Segments>[number];
/** Photos of one month (`2024-07`). */
export type Month = Static<typeof photos.Months>[number];
/** A tag, an album, a camera … with the number of its photos. */
export type Facet = Static<typeof photos.Facets>[number];
/** Edits of some photos; those of a way back have `restores` and `from` too. `shift` is seconds; null takes a value away. */
export type PhotosEdit = Static<typeof photos.EachEdits>['each'][number];
/** What became of edits. */
export type EditResult = Static<typeof photos.Changed>;

/** A saved search with the number of its photos and the newest of them. */
export type SavedSearch = Static<typeof album.CountedSearch>;
/** An album that a folder suggests; `newest` is the id of its newest photo. */
export type SuggestedAlbum = Static<typeof album.SuggestedAlbum>;
/** The photo that was chosen as the cover of an album. */
export type AlbumCover = Static<typeof album.AlbumCover>;
/** A month (`2024-07`) or year (`2024`) with the photo that stands for it. */
export type TimelineCover = Static<typeof album.TimelineCovers>[number];
/** The places of a month or a day. */
export type TimelinePlaces = Static<typeof album.TimelinePlaces>[number];
/** The tags and albums of some photos. */
export type FacetsOfPhotos = Static<typeof album.FacetsOfPhotos>;
/** A group of photos on the map. */
export type MapCluster = Static<typeof album.MapCluster>;
/** Photos that look the same; `best` is the id of the one that is proposed to be kept. */
export type DuplicateGroup = Static<typeof album.DuplicateGroup>;
/** A page of groups of photos that look the same. */
export type Duplicates = Static<typeof album.Duplicates>;
/** The history of a photo, newest first. */
export type PhotoHistory = Static<typeof album.PhotoHistory>;
/** One edit in the history of a photo. `value` is null where a value was taken away. */
export type HistoryEntry = Static<typeof album.HistoryEntry>;
/** How much of an original is here while it comes from another server, in bytes. */
export type OriginalProgress = Static<typeof album.OriginalProgress>;
/** What an album for everybody begins with. */
export type FrontPage = Static<typeof album.FrontPage>;
/** What this server is, and whether it has photos. */
export type HomeAnswer = Static<typeof album.HomeAnswer>;

/** All that this server knows of the mesh. */
export type Mesh = Static<typeof mesh.Mesh>;
/** A connection that this server keeps to another one. */
export type PeerConnection = Static<typeof mesh.PeerConnection>;
/** A document that one side of a connection rejects. */
export type QuarantinedDocument = Static<typeof mesh.QuarantinedDocument>;
/** A server that keeps a connection to this one, known by the name of its token. */
export type Guest = Static<typeof mesh.Guest>;
/** A home of which two copies replicate with this server. */
export type CopiedHome = Static<typeof mesh.CopiedHome>;
/** A document that was merged, with the fields that got values in two places at once. */
export type MergeAnswer = Static<typeof mesh.Merge>;
/** What `doctor` finds. */
export type DoctorAnswer = Static<typeof mesh.DoctorAnswer>;

/** What the spool holds, and how much of its trouble no owner has seen yet. */
export type SpoolAnswer = Static<typeof spool.SpoolStatus>;
