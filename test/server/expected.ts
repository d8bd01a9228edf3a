/**
 * What each route asks of whoever calls it, said a second time: the routes say it in code, and the two must agree. A route that
 * is not here fails the enumeration.
 */
import { commentUlid, isLink, linkNames, links, type RoleName } from './roles.js';

const sight: readonly RoleName[] = [
  'visitor',
  ...linkNames.filter(isLink),
  'family',
  'editor',
  'owner',
  'command',
  'token read',
  'token edit',
];
const programs: readonly RoleName[] = ['token read', 'token edit'];
const owners: readonly RoleName[] = ['owner', 'command'];

/** Whether a role that sees photos is given more of them: everybody but visitors, and links that do not say so. */
const gives = (role: RoleName, ...what: ('originals' | 'details')[]): boolean =>
  role !== 'visitor' && (!isLink(role) || what.every((one) => links[role][one]));

/** Who may call a route. */
export const may = {
  everyone: undefined,
  see: sight,
  /** What is told beside the picture. */
  details: sight.filter((role) => gives(role, 'details')),
  /** Originals as they came. */
  original: sight.filter((role) => gives(role, 'originals', 'details')),
  /** Originals without what they tell. */
  lock: ['family', 'editor', ...owners],
  /** Nobody opened their locked photos, so everybody is refused whatever the photo; locked.test.ts opens some. */
  locked: [],
  stripped: sight.filter((role) => gives(role, 'originals')),
  comment: ['family', 'editor', ...owners, 'token edit'],
  edit: ['editor', ...owners, 'token edit'],
  process: [...owners, 'token edit'],
  stuck: owners,
  trash: [...owners, 'token edit'],
  spool: [...owners, ...programs],
  metrics: [...owners, ...programs],
  /** Only links that say so: guests.test.ts. */
  contribute: [],
  upload: ['family', 'editor', ...owners, 'token edit', 'token upload'],
  peers: owners,
  history: ['editor', ...owners, ...programs],
  people: owners,
  links: owners,
  'own-links': ['family', 'editor', ...owners],
  albums: ['family', 'editor', ...owners],
  save: ['family', 'editor', ...owners],
  'own-library': ['family', 'editor', ...owners],
  'own-tokens': ['family', 'editor', ...owners],
  settings: owners,
  audit: owners,
  replicate: ['token replicate'],
  'own-session': ['family', 'editor', ...owners],
} as const satisfies Record<string, readonly RoleName[] | undefined>;

/** A route, and an example of what it takes. `{id}` in the path is the photo's. */
export interface Expected {
  rule: keyof typeof may;
  body?: object;
  headers?: Record<string, string>;
  /** For whoever may, the answer depends on what is sent: only that it is no refusal and no failure counts. */
  open?: true;
  /** To those who see photos and may not do this, it is as if there were nothing. */
  hides?: true;
  /** People who may not do this with the house’s photos may with their own: what they do not see is answered as not there. */
  onTheirs?: true;
  /** Does not exist below a share link. */
  notInLinks?: true;
  /** The path, where `{…}` has to be something else than the id of a photo. */
  path?: string;
}

const tus = { 'tus-resumable': '1.0.0' };
const anUpload = `/api/uploads/${'0'.repeat(32)}`;
const aContribution = `/api/contributions/${'0'.repeat(32)}`;
const aComment = `/api/photos/{id}/comments/${commentUlid}`;

export const expected: Record<string, Expected> = {
  'get /healthz': { rule: 'everyone' },
  'get /api/openapi.json': { rule: 'everyone' },
  'get /api/photos': { rule: 'see' },
  'get /api/photos/{id}': { rule: 'see' },
  'get /api/photos/{id}/exif': { rule: 'details', hides: true },
  'patch /api/photos/{id}': { rule: 'edit', body: { rating: 3 } },
  'patch /api/photos': { rule: 'edit', body: { ids: ['{id}'], rating: 3 } },
  'get /api/photos/{id}/history': { rule: 'history', onTheirs: true },
  'patch /api/photos/each': { rule: 'edit', body: { each: [{ ids: ['{id}'], rating: 3 }] } },
  'get /originals/{id}/jpeg': { rule: 'original', open: true },
  'get /api/photos/{id}/comments': { rule: 'see' },
  'post /api/photos/{id}/comments': { rule: 'comment', body: { text: 'words' } },
  // The comment is the owner's; comments.test.ts compares whose may be changed.
  'patch /api/photos/{id}/comments/{comment}': { rule: 'comment', open: true, path: aComment, body: { text: 'words' } },
  'delete /api/photos/{id}/comments/{comment}': { rule: 'comment', open: true, path: aComment },
  'get /api/front': { rule: 'see' },
  'get /api/feed.xml': { rule: 'see' },
  'get /api/albums/saved': { rule: 'see' },
  'post /api/albums/saved': { rule: 'edit', open: true, body: { name: 'Saved', q: 'tag:common' } },
  'patch /api/albums/saved/{album}': {
    rule: 'edit',
    open: true,
    path: '/api/albums/saved/01JD0000000000000000000000',
    body: { name: 'Saved' },
  },
  'get /api/albums/covers': { rule: 'see' },
  'post /api/albums/covers': { rule: 'edit', open: true, body: { album: 'Saved', photo: null } },
  'get /api/albums/suggested': { rule: 'trash' },
  'post /api/albums/suggested': { rule: 'trash', body: { name: 'Saved', declined: true } },
  'get /api/albums/suggested/photos': { rule: 'trash', path: '/api/albums/suggested/photos?name=x' },
  'get /robots.txt': { rule: 'everyone' },
  'get /api/timeline': { rule: 'see' },
  'get /api/timeline/places': { rule: 'see' },
  'get /api/timeline/covers': { rule: 'see' },
  'get /api/timeline/segments': { rule: 'see' },
  'get /api/tiles': { rule: 'see' },
  'get /api/tags': { rule: 'see' },
  'get /api/cameras': { rule: 'see' },
  'get /api/lenses': { rule: 'see' },
  'get /api/duplicates': { rule: 'trash' },
  'post /api/photos/save': { rule: 'save', open: true, body: { ids: ['{id}'] } },
  'post /api/photos/lock': { rule: 'lock', open: true, body: { ids: ['{id}'] } },
  'get /api/locked': { rule: 'lock', open: true },
  'post /api/locked/open': { rule: 'lock', open: true, body: { pin: '804261' } },
  'post /api/locked/close': { rule: 'lock', open: true },
  'put /api/locked/pin': { rule: 'lock', open: true, body: { pin: '804261', password: 'x' } },
  'post /api/locked/pin/remove': { rule: 'lock', open: true, body: { password: 'x' } },
  'post /api/locked/photos/unlock': { rule: 'locked', body: { ids: ['{id}'] } },
  'get /api/locked/photos': { rule: 'locked' },
  'get /api/locked/tiles': { rule: 'locked' },
  'get /api/locked/photos/{id}': { rule: 'locked', open: true },
  'get /api/locked/photos/{id}/exif': { rule: 'locked', open: true },
  'get /api/locked/photos/{id}/history': { rule: 'locked', open: true },
  'patch /api/locked/photos/{id}': { rule: 'locked', open: true, body: { rating: 3 } },
  'patch /api/locked/photos': { rule: 'locked', body: { ids: ['{id}'], rating: 3 } },
  'patch /api/locked/photos/each': { rule: 'locked', body: { each: [{ ids: ['{id}'], rating: 3 }] } },
  'post /api/locked/trash/empty': { rule: 'locked', body: { ids: ['{id}'] } },
  'post /api/locked/photos/{id}/original': { rule: 'locked', open: true },
  'get /locked/media/{id}/{rendition}': {
    rule: 'locked',
    open: true,
    notInLinks: true,
    path: '/locked/media/{id}/thumb',
  },
  'head /locked/media/{id}/{rendition}': {
    rule: 'locked',
    open: true,
    notInLinks: true,
    path: '/locked/media/{id}/thumb',
  },
  'get /locked/originals/{id}': { rule: 'locked', open: true, notInLinks: true },
  'head /locked/originals/{id}': { rule: 'locked', open: true, notInLinks: true },
  'get /locked/originals/{id}/jpeg': { rule: 'locked', open: true, notInLinks: true },
  'post /api/trash/empty': { rule: 'trash', open: true, body: { ids: ['{id}'] } },
  'post /api/facets': { rule: 'see', body: { ids: ['{id}'] } },
  'post /api/downloads': { rule: 'original', open: true, body: { ids: ['{id}'] } },
  // The ticket is its own; downloads.test.ts compares whose it is.
  'get /api/downloads/{ticket}': { rule: 'original', open: true, path: '/api/downloads/x' },
  'get /api/places': { rule: 'see' },
  // A visitor is refused: map.test.ts.
  'get /api/map': { rule: 'details', open: true },
  'get /api/albums': { rule: 'see' },
  'get /media/{id}/{rendition}': { rule: 'see', path: '/media/{id}/thumb' },
  'head /media/{id}/{rendition}': { rule: 'see', path: '/media/{id}/thumb' },
  'post /api/photos/{id}/original': { rule: 'stripped', hides: true },
  'get /originals/{id}': { rule: 'stripped', hides: true },
  'head /originals/{id}': { rule: 'stripped', hides: true },
  'get /api/home': { rule: 'see' },
  'get /api/events': { rule: 'see' },
  'post /api/upload': { rule: 'upload' },
  'options /api/uploads': { rule: 'upload', headers: tus },
  'post /api/uploads': { rule: 'upload', headers: { ...tus, 'upload-length': '3' } },
  // An upload is its maker's: uploads.test.ts compares whose are whose.
  'get /api/uploads/{upload}': { rule: 'upload', open: true, path: anUpload },
  'head /api/uploads/{upload}': { rule: 'upload', open: true, path: anUpload, headers: tus },
  'patch /api/uploads/{upload}': { rule: 'upload', open: true, path: anUpload, headers: tus },
  'delete /api/uploads/{upload}': { rule: 'upload', open: true, path: anUpload, headers: tus },
  'get /api/spool': { rule: 'spool' },
  'get /api/me/arrivals': { rule: 'upload', open: true },
  'post /api/me/arrivals/retry': { rule: 'upload', open: true, body: { names: 'all' } },
  'post /api/me/arrivals/trash': { rule: 'upload', open: true, body: { names: 'all' } },
  'get /api/me/storage': { rule: 'own-library', open: true },
  'get /api/storage': { rule: 'people' },
  'get /api/me/upload-to': { rule: 'own-library', open: true },
  'put /api/me/upload-to': { rule: 'own-library', open: true, body: { to: 'me' } },
  'get /api/ends/lost': { rule: 'own-links', open: true },
  'post /api/ends/confirm': { rule: 'own-links', open: true, body: { ends: [{ set: 'x', key: 'x' }] } },
  'get /api/peers': { rule: 'spool' },
  'post /api/peers': { rule: 'peers', open: true, body: {} },
  'delete /api/peers/{url}': { rule: 'peers', open: true },
  'post /api/peers/{url}/retry': { rule: 'peers', open: true, body: {} },
  'post /api/peers/{url}/remove-document': { rule: 'peers', open: true, body: { id: 'x' } },
  'get /blobs/': { rule: 'replicate' },
  'get /blobs/{sha256}': { rule: 'replicate', path: '/blobs/{id}', open: true },
  'head /blobs/{sha256}': { rule: 'replicate', path: '/blobs/{id}', open: true },
  'post /blobs/here': { rule: 'replicate', body: { blobs: [] } },
  'put /blobs/{sha256}': { rule: 'replicate', path: '/blobs/{id}', open: true },
  'post /api/spool/process': { rule: 'process' },
  'post /api/spool/retry': { rule: 'process', body: { names: ['x'] } },
  'post /api/spool/ignore': { rule: 'stuck', body: { names: ['x'] } },
  'post /api/spool/trash': { rule: 'stuck', body: { names: ['x'] } },
  'post /api/spool/restore': { rule: 'stuck' },
  'post /api/spool/seen': { rule: 'stuck' },
  'get /api/spool/stuck/{claim}': { rule: 'stuck', open: true },
  'post /api/uploads/check': { rule: 'upload', body: { files: [{ name: 'a', head: '' }] } },
  'post /api/samples': { rule: 'process' },
  'get /metrics': { rule: 'metrics' },
  'post /api/people/{id}/approve': { rule: 'people', open: true, body: { edition: 'x' } },
  'post /api/people/{id}/reject': { rule: 'people', open: true, body: { edition: 'x' } },
  'get /api/folders': { rule: 'people' },
  'post /api/folders': { rule: 'people', open: true, body: { person: 'x' } },
  'delete /api/folders/{folder}': { rule: 'people', open: true },
  'get /api/people': { rule: 'people', open: true },
  'post /api/people': { rule: 'people', open: true, body: {} },
  'patch /api/people/{id}': { rule: 'people', open: true, body: {} },
  'delete /api/people/{id}': { rule: 'people', open: true },
  'delete /api/people/{id}/second-factor': { rule: 'people', open: true },
  'post /api/people/{id}/invitation': { rule: 'people', open: true, body: {} },
  'get /api/shares': { rule: 'own-links', open: true },
  'post /api/shares': { rule: 'own-links', open: true, body: {} },
  'delete /api/shares/{id}': { rule: 'own-links', open: true },
  'options /api/contributions': { rule: 'contribute', headers: tus },
  'post /api/contributions': { rule: 'contribute', headers: { ...tus, 'upload-length': '1' } },
  'get /api/contributions/{upload}': { rule: 'contribute', path: aContribution },
  'head /api/contributions/{upload}': { rule: 'contribute', path: aContribution, headers: tus },
  'patch /api/contributions/{upload}': { rule: 'contribute', path: aContribution, headers: tus },
  'delete /api/contributions/{upload}': { rule: 'contribute', path: aContribution, headers: tus },
  'get /api/guest-photos': { rule: 'own-links', open: true },
  'post /api/guest-photos/approve': { rule: 'own-links', open: true, body: { ids: ['{id}'] } },
  'post /api/guest-photos/decline': { rule: 'own-links', open: true, body: { ids: ['{id}'] } },
  'get /api/share': { rule: 'everyone', open: true },
  'post /api/share': { rule: 'everyone', open: true, body: {} },
  // Those of the house are the owners': tokens.test.ts.
  'get /api/albums/shared': { rule: 'albums', open: true },
  'post /api/albums/shared': { rule: 'albums', open: true, body: { name: 'x' } },
  'get /api/albums/{holder}/{album}': { rule: 'albums', open: true, path: `/api/albums/house/${commentUlid}` },
  'patch /api/albums/{holder}/{album}': {
    rule: 'albums',
    open: true,
    path: `/api/albums/house/${commentUlid}`,
    body: { name: 'x' },
  },
  'put /api/albums/{holder}/{album}/members/{person}': {
    rule: 'albums',
    open: true,
    path: `/api/albums/house/${commentUlid}/members/${commentUlid}`,
    body: { right: 'view' },
  },
  'delete /api/albums/{holder}/{album}/members/{person}': {
    rule: 'albums',
    open: true,
    path: `/api/albums/house/${commentUlid}/members/${commentUlid}`,
  },
  'post /api/albums/{holder}/{album}/entries': {
    rule: 'albums',
    open: true,
    path: `/api/albums/house/${commentUlid}/entries`,
    body: { ids: ['0'.repeat(64)] },
  },
  'post /api/albums/{holder}/{album}/entries/remove': {
    rule: 'albums',
    open: true,
    path: `/api/albums/house/${commentUlid}/entries/remove`,
    body: { ids: ['0'.repeat(64)] },
  },
  'get /api/partners': { rule: 'albums', open: true },
  'put /api/partners/{person}': { rule: 'albums', open: true, path: `/api/partners/${commentUlid}` },
  'delete /api/partners/{person}': { rule: 'albums', open: true, path: `/api/partners/${commentUlid}` },
  'get /api/offers': { rule: 'save', open: true },
  'post /api/offers': { rule: 'save', open: true, body: { to: commentUlid, ids: ['0'.repeat(64)] } },
  'get /api/offers/{giver}/{offer}': { rule: 'save', open: true, path: `/api/offers/house/${commentUlid}` },
  'delete /api/offers/{giver}/{offer}': { rule: 'save', open: true, path: `/api/offers/house/${commentUlid}` },
  'post /api/offers/{giver}/{offer}/accept': {
    rule: 'save',
    open: true,
    path: `/api/offers/house/${commentUlid}/accept`,
  },
  'post /api/offers/{giver}/{offer}/trash': {
    rule: 'save',
    open: true,
    path: `/api/offers/house/${commentUlid}/trash`,
  },
  'delete /api/partners/{person}/received': {
    rule: 'albums',
    open: true,
    path: `/api/partners/${commentUlid}/received`,
  },
  'get /api/tokens': { rule: 'own-tokens', open: true, path: '/api/tokens?for=me' },
  'post /api/tokens': { rule: 'own-tokens', open: true, body: {} },
  'delete /api/tokens/{name}': { rule: 'own-tokens', open: true, path: '/api/tokens/x?for=me' },
  'get /api/access': { rule: 'settings', open: true },
  'patch /api/access': { rule: 'settings', open: true, body: {} },
  'get /api/audit': { rule: 'audit', open: true },
  'get /api/doctor': { rule: 'settings', open: true },
  'post /api/me/password': { rule: 'own-session', open: true, body: {} },
  'post /api/session/confirm': { rule: 'own-session', open: true, body: { password: 'x' } },
  'delete /api/session/passkeys-added': { rule: 'own-session', open: true },
  'get /api/me/second-factor': { rule: 'own-session', open: true },
  'post /api/me/second-factor': { rule: 'own-session', open: true, body: {} },
  'post /api/me/second-factor/confirm': { rule: 'own-session', open: true, body: { otp: '000000' } },
  'post /api/me/second-factor/recovery': { rule: 'own-session', open: true, body: {} },
  'delete /api/me/second-factor': { rule: 'own-session', open: true },
  'get /api/me/passkeys': { rule: 'own-session', open: true },
  'post /api/me/passkeys/options': { rule: 'own-session', open: true, body: {} },
  'post /api/me/passkeys': { rule: 'own-session', open: true, body: {} },
  'delete /api/me/passkeys/{id}': { rule: 'own-session', open: true },
  'get /api/me/sessions': { rule: 'own-session', open: true },
  'delete /api/me/sessions': { rule: 'own-session', open: true },
  'delete /api/sessions/{id}': { rule: 'own-session', open: true },
  'get /api/session': { rule: 'everyone', open: true },
  'post /api/session': { rule: 'everyone', open: true, body: {} },
  'delete /api/session': { rule: 'everyone', open: true },
  'post /api/session/passkey/options': { rule: 'everyone', open: true, body: {} },
  'post /api/session/passkey': { rule: 'everyone', open: true, body: {} },
  'post /api/setup': { rule: 'everyone', open: true, body: {} },
  'post /api/invitation': { rule: 'everyone', open: true, body: {} },
  'post /api/setup/look': { rule: 'everyone', open: true, body: {} },
  'post /api/invitation/look': { rule: 'everyone', open: true, body: {} },
};
