/**
 * The state of the share dialog: what is shared, with whom, what others will see, and the links. A selection and an
 * album of the house become an album with members when they are first shared with people.
 */
import type { MemberAlbum, PartnerList, ShareLink, SharePreview } from '../../../../src/api/answer-types.js';
import { isMemberAlbum } from '../../lib/album-search.js';
import { toApiError, type ApiError } from '../../lib/api.js';
import { dayLong } from '../../lib/dates.js';
import { edits } from '../../lib/edits/undo-stack.svelte.js';
import { m } from '../../lib/messages.js';
import { albumPagePath, route } from '../../lib/route.svelte.js';
import { session } from '../../lib/session.svelte.js';
import { exactly, idsFound } from '../albums/all-matches.js';
import {
  fetchMemberAlbum,
  fetchPartners,
  giveMember,
  makeAlbumOf,
  nameOfAlbum,
  shareNamed,
  unshareNamed,
  type MemberRight,
} from '../albums/member-albums-api.js';
import { headingOf } from '../timeline/result-heading.js';
import type { ShareTarget } from './open-share.svelte.js';
import { rememberedOptions, rememberOptions } from './remembered-options.js';
import {
  draftLink,
  fetchShares,
  makeLink,
  previewShare,
  type LinkMade,
  type LinkScope,
  type LinkSettings,
} from './share-links-api.js';

/** The maximum number of photos in one preview request. */
const most = 1_000;
/** The maximum number of photos in a selection that can be previewed. */
const mostOpened = 10_000;

/** The shared photos, day, album or search. */
export class ShareState {
  /** Its name; empty for a selection. */
  title = $state('');
  /** What others will see by link, and for a selection also as members. */
  preview: SharePreview | undefined = $state.raw();
  /** The album with members, once there is one. */
  album: MemberAlbum | undefined = $state.raw();
  links: ShareLink[] = $state.raw([]);
  /** The settings of the first link, at first with the options of the viewer’s last one. */
  settings: LinkSettings = $state.raw(rememberedOptions());
  people: PartnerList['people'] = $state.raw([]);
  /** The reason why it can't be shared with people; undefined if it can. */
  off: ApiError | undefined = $state.raw();
  trouble: ApiError | undefined = $state.raw();

  readonly #target: ShareTarget;
  #ids: readonly string[] = [];

  constructor(target: ShareTarget) {
    this.#target = target;
    void this.load();
  }

  /** True for a selection, which gets a name only if one is typed. */
  get isSelection(): boolean {
    return 'photos' in this.#target || 'day' in this.#target;
  }

  /** True for a selection that is not an album yet: its name can still be chosen. */
  get willBeAlbum(): boolean {
    return this.isSelection && !this.album && (this.preview?.count ?? 0) > 1;
  }

  /** The number of photos that members see. */
  get count(): number {
    return this.album?.count ?? this.preview?.count ?? 0;
  }

  /** True for a search, which people can’t be members of. */
  get isSearch(): boolean {
    return 'search' in this.#target;
  }

  /** The name of an album of the house that has no members yet. */
  get #named(): string | undefined {
    const target = this.#target;
    return 'album' in target && !isMemberAlbum(target.album) ? target.album : undefined;
  }

  /** True for an album of the house that people can only see after it became one with members. */
  get becomesAlbum(): boolean {
    return this.album === undefined && this.#named !== undefined;
  }

  /** True if a link to it may accept photos of guests. */
  get takesPhotos(): boolean {
    return this.off === undefined && this.#ids.length !== 1;
  }

  /** Loads everything. Never rejects. */
  async load(): Promise<void> {
    try {
      const [preview] = await Promise.all([this.#look(), this.#loadPeople()]);
      await this.loadLinks();
      // Last, since it shows the rest: "Create link" must not appear before the links that exist.
      this.preview = preview;
      this.trouble = undefined;
    } catch (error) {
      this.trouble = toApiError(error);
    }
  }

  async #look(): Promise<SharePreview> {
    const target = this.#target;
    if ('search' in target) {
      this.title = headingOf(target.search);
      return previewShare({ search: target.search });
    }
    if ('album' in target) return this.#lookAtAlbum(target.album);
    if ('day' in target) this.title = dayLong(`${target.day}T00:00:00`);
    else this.title = target.title ?? '';
    const wanted = 'day' in target ? await idsFound(`taken:${target.day}`) : target.photos;
    const parts = [];
    for (let from = 0; from < Math.max(1, wanted.length); from += most)
      parts.push(await previewShare({ photos: wanted.slice(from, from + most) }));
    const preview = parts.reduce(together);
    this.#ids = preview.ids ?? [];
    return preview;
  }

  async #lookAtAlbum(name: string): Promise<SharePreview> {
    if (!isMemberAlbum(name)) {
      this.title = name;
      return previewShare({ search: exactly('album', name) });
    }
    this.album = await fetchMemberAlbum(name);
    this.title = this.album.name;
    // Members share their own photos, not the album.
    return this.album.right === 'holder'
      ? previewShare({ album: name })
      : { count: 0, tiles: this.album.tile ? [this.album.tile] : [], left: {} };
  }

  async #loadPeople(): Promise<void> {
    // Without an account there are no people to share with.
    if (this.isSearch || !session.now?.person) return;
    try {
      this.people = (await fetchPartners()).people;
      this.off = undefined;
    } catch (error) {
      this.off = toApiError(error);
    }
  }

  /** The target of its links; undefined for a selection that is not an album yet. */
  get #scope(): LinkScope | undefined {
    if ('search' in this.#target) return { search: this.#target.search };
    if (this.#ids.length === 1) return { photo: this.#ids[0]! };
    if (this.album) return { album: nameOfAlbum(this.album) };
    return this.#named === undefined ? undefined : { search: exactly('album', this.#named) };
  }

  /** Loads the links to it. @throws ApiError */
  async loadLinks(): Promise<void> {
    const scope = this.#scope;
    if (!scope) return;
    const [[key, value]] = Object.entries(scope) as [['photo' | 'album' | 'search', string]];
    this.links = (await fetchShares()).filter((link) => link[key] === value);
  }

  /** The album with members; created from the selection if there is none. @throws ApiError */
  async #needAlbum(): Promise<MemberAlbum> {
    this.album ??= await makeAlbumOf(this.#ids, this.title.trim());
    return this.album;
  }

  /**
   * Shares it with people, one after the other; `given` is called after each. An album that exists by name becomes one with
   * all of them at once. @throws ApiError
   */
  async share(added: ReadonlyMap<string, MemberRight>, given: (person: string) => void): Promise<void> {
    const named = this.album ? undefined : this.#named;
    if (named !== undefined) {
      this.album = await turnIntoAlbum(named, added);
      for (const person of [...added.keys()]) given(person);
      return;
    }
    const name = nameOfAlbum(await this.#needAlbum());
    for (const [person, right] of [...added]) {
      await giveMember(name, person, right);
      given(person);
    }
  }

  /** True if links can be previewed. */
  get canPreview(): boolean {
    return this.album?.right !== 'view' && this.album?.right !== 'add' && this.#ids.length <= mostOpened;
  }

  /** The address of a preview of the newest link, or else of the next one. @throws ApiError */
  async openDraft(): Promise<string> {
    const { title, originals, unedited, details, named } = this.#next;
    const chosen = { title, originals, unedited, details, named };
    const given = Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined));
    return draftLink(this.#scope ?? { photos: this.#ids }, given);
  }

  /** The settings of the next link: as chosen for the first one, as of the newest for another, but without its password. */
  get #next(): LinkSettings {
    const [newest] = this.links;
    if (!newest) return { title: this.title.trim(), ...this.settings };
    const { title, originals, unedited, details, named, uploads, expires } = newest;
    // Not a date in the past: the new link would have expired already.
    const still = expires !== undefined && !newest.over && { expires };
    return { title, originals, unedited, details, named, ...(uploads && { uploads }), ...still };
  }

  /** Loads the album again, after its members changed. @throws ApiError */
  async reloadAlbum(): Promise<void> {
    if (this.album) this.album = await fetchMemberAlbum(nameOfAlbum(this.album));
  }

  /** Creates a link: the first one with the settings, which are shown then, another one with those of the newest. @throws ApiError */
  async createLink(): Promise<LinkMade> {
    const scope = this.#scope ?? { album: nameOfAlbum(await this.#needAlbum()) };
    const made = await makeLink(scope, this.#next);
    if (this.links.length === 0) rememberOptions(this.settings);
    this.links = [made.share, ...this.links];
    this.settings = rememberedOptions();
    return made;
  }
}

function together(a: SharePreview, b: SharePreview): SharePreview {
  const left = Object.fromEntries(
    (['others', 'trashed', 'apart', 'unconfirmed'] as const).flatMap((why) => {
      const n = (a.left[why] ?? 0) + (b.left[why] ?? 0);
      return n > 0 ? [[why, n]] : [];
    }),
  );
  return { count: a.count + b.count, tiles: a.tiles, ids: [...(a.ids ?? []), ...(b.ids ?? [])], left };
}

/** Turns an album of the house that exists by name into one with members. */
async function turnIntoAlbum(name: string, added: ReadonlyMap<string, MemberRight>): Promise<MemberAlbum> {
  const album = await shareNamed(
    name,
    [...added].map(([person, right]) => ({ person, right })),
  );
  const id = nameOfAlbum(album);
  edits.made(m.shareDialog.converted(name), async () => {
    await unshareNamed(id);
    edits.tell([]);
    if (location.pathname === albumPagePath(id)) route.openAlbum(name);
  });
  // Pages that show the album, or list it, load it again.
  edits.tell([]);
  return album;
}
