/**
 * Drafts of share links in a mesh of people's libraries (people-mesh.ts): a draft must show its author what the link
 * would show its visitors, and viewers who may not create the link get no draft. Drafts are not part of a history: they
 * leave nothing behind.
 */
import { house, publicIdOf, type Item } from '../../src/document/item-id.js';
import { items, type Act } from '../access/people-world.js';
import type { Dice } from '../simulation/dice.js';
import { askAs, timelineFor, yearOf, type Asked, type Asker } from './people-asking.js';
import { isAlive, linkAsker, locksOf, mayLinkTo, type Link } from './people-links.js';
import type { Place } from './people-places.js';

/** The scope of a draft. */
type Shown = Pick<Link, 'photo' | 'photos' | 'album' | 'years'>;

function chooseShown(place: Place, { looker }: Asker, dice: Dice): { holder: string; shown: Shown } {
  const { person, actsForHouse = false } = looker!;
  const holder = actsForHouse && dice.chance(0.5) ? house : person;
  const theirs = items.filter((one) => one.holder === holder);
  const photo = dice.chance(0.9) ? dice.pick(theirs) : dice.pick(items);
  const from = yearOf(dice.pick(items));
  const roll = dice.below(actsForHouse ? 4 : 3);
  if (roll === 0) return { holder: photo.holder, shown: { photo } };
  const album = dice.pick(place.albums.filter((one) => dice.chance(0.1) || one.startsWith(holder)));
  if (roll === 1) return { holder: album.split(':')[0]!, shown: { album } };
  const some = dice.shuffle(theirs).slice(0, 1 + dice.below(theirs.length));
  if (roll === 2) return { holder, shown: { photos: some } };
  return { holder: house, shown: { years: [from, from + dice.below(8)] } };
}

const scopeOf = ({ photo, photos, album, years }: Shown): object =>
  photo
    ? { photo: publicIdOf(photo) }
    : photos
      ? { photos: photos.map((one: Item) => publicIdOf(one)) }
      : album !== undefined
        ? { album }
        : { search: `taken:${years!.join('..')}` };

/**
 * Creates a draft; returns its visitor, in the session of its author (its secret). Undefined if it was rejected, as the
 * link would be.
 */
export async function openDraft(
  place: Place,
  author: Asker,
  { asked, dice, secret }: { asked: Asked; dice: Dice; secret: string },
): Promise<Asker | undefined> {
  const { holder, shown } = chooseShown(place, author, dice);
  const { photo, photos, album } = shown;
  const may = mayLinkTo(place, author, photo ? { photo } : photos ? { photos } : album !== undefined && { album });
  const { ask, json, same, fail } = askAs(place.home, place, author, asked);
  const sent = (more: object) => ({ method: 'POST', payload: { ...scopeOf(shown), ...more } }) as const;
  const { status, body } = await ask('/api/shares/draft', sent({ details: true }));
  if ((status === 201) !== may) fail(`a draft of ${JSON.stringify(scopeOf(shown))}: ${status} ${body}`);
  if (!may) return undefined;
  const { path } = JSON.parse(body) as { path: string };
  const locks = photo ? locksOf(place, photo) : new Set<Act>();
  const link: Link = { id: 'draft', path, holder, ...shown, locks, room: 0, revoked: false };
  const drafted = { ...linkAsker(link), name: `a draft of ${author.name}` };
  const preview = await json<{ count: number }>('/api/shares/preview', sent({}));
  // In a selection, photos that wait for approval would be in the album, although no visitor sees them. A link that
  // would be over at once, because its author is unknown here, has only photos added by others.
  const most = timelineFor(place, drafted).length;
  if (!photos && isAlive(place, link)) same('photos in a preview', [preview.count], [most]);
  else if (!photos && preview.count > most) fail(`${preview.count} photos in a preview instead of ${most}`);
  const stranger = await place.home.app.inject({ url: `${path}/api/share` });
  if (stranger.statusCode !== 404) fail(`a draft opens elsewhere: ${stranger.statusCode}`);
  const headers = { cookie: `photospool=${secret}` };
  if (isAlive(place, link)) return { ...drafted, headers };
  const dead = await place.home.app.inject({ url: `${path}/api/share`, headers });
  return dead.statusCode === 404 ? undefined : fail(`a draft of a link that would be over: ${dead.statusCode}`);
}
