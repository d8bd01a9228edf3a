/**
 * `photospool offers`: photos offered to a recipient, who saves them. Works beside a running server; requires no
 * sign-in, like `albums`.
 */
import type { Offer, OfferDetails } from '../../album/offers.js';
import { PhotospoolError, printable } from '../../base/errors.js';
import { counted } from '../../base/human-format.js';
import { house, type Holder } from '../../document/item-id.js';
import { addVerb, type Verb } from '../command.js';
import { exit } from '../exit-codes.js';
import { print, printJson } from '../output.js';
import { photosDone, report, withSharing, type ForFlags, type SharingParts } from '../with-sharing.js';

type OfferFlags = ForFlags & { to?: string; toHouse?: boolean };

/** The verb `offers`. */
export const offers: Verb = (program, run) => {
  const group = program.command('offers').description('Offer photos to others, who can save them to their library');
  const on = (
    text: string,
    about: string,
    work: (parts: SharingParts, args: string[], flags: OfferFlags) => number | Promise<number>,
  ) => {
    const verb = addVerb(group, text, about).option('--for <NAME>', 'person to act for (default: the family library)');
    if (text.startsWith('make'))
      verb
        .option('--to <NAME>', 'person to offer the photos to')
        .option('--to-house', 'offer the photos to the family library');
    verb.action((...given: unknown[]) => {
      const [flags, args] = [given.at(-2) as OfferFlags, given.slice(0, -2).flat() as string[]];
      return run(() => withSharing(flags, (parts) => work(parts, args, flags)));
    });
  };
  on('list', 'List offers', async (parts, _, flags) => {
    const { given, received } = await parts.offers.list(parts.who);
    for (const offer of [...received, ...given]) tellOffer(parts, offer, flags);
    return exit.done;
  });
  on('show <OFFER>', 'List the photos of an offer', ({ offers, who, access }, [offer], flags) => {
    const found = offers.find(who, offer!);
    tellOffer({ access }, found, flags);
    if (!flags.json) for (const id of found.ids) print(id);
    return exit.done;
  });
  on('make <PHOTO...>', 'Offer photos', (parts, ids, flags) => {
    const to = recipient(parts, flags);
    const made = parts.offers.make(parts.who, parts.who.person ?? house, to, parts.photos(ids));
    return tellMade(parts, made, flags);
  });
  on('accept <OFFER>', 'Save the photos of an offer', async ({ offers, who }, [offer], flags) =>
    tellAccepted(await offers.accept(who, offer!), flags),
  );
  for (const [verb, about, done] of [
    ['decline', 'Decline an offer', 'Offer declined. No photos were saved.'],
    ['withdraw', 'Withdraw an offer', 'Offer withdrawn. Its photos can no longer be saved.'],
  ] as const)
    on(`${verb} <OFFER>`, about, ({ offers, who }, [offer], flags) => {
      const changed = offers.end(who, offer!);
      return report({ changed }, changed ? done : 'The offer has already ended. Nothing was changed.', flags);
    });
  on('trash <OFFER>', 'Move your photos that the recipient saved to the trash', async (parts, [offer], flags) =>
    tellTrashed(await parts.offers.moveToTrash(parts.who, offer!), flags),
  );
};

const tellTrashed = (done: { changed: number }, flags: ForFlags): number =>
  report(done, photosDone(done, 'moved to the trash'), flags);

function tellAccepted(done: { saved: number; known: number; missing: number }, flags: ForFlags): number {
  const { saved, known, missing } = done;
  const more = [
    ...(known > 0 ? [`${counted(known, 'photo')} ${known === 1 ? 'was' : 'were'} already in the library.`] : []),
    ...(missing > 0
      ? [
          `${counted(missing, 'photo')} ${missing === 1 ? 'is' : 'are'} not on this server yet. Accept the offer again later.`,
        ]
      : []),
  ];
  return report(done, [`${counted(saved, 'photo')} saved.`, ...more].join(' '), flags);
}

function recipient({ named }: SharingParts, { to, toHouse }: OfferFlags): Holder {
  if ((to === undefined) === (toHouse !== true))
    throw new PhotospoolError('usage', to === undefined ? 'No recipient was given.' : 'Two recipients were given.', {
      hint: 'Use either --to NAME or --to-house.',
    });
  return to === undefined ? house : named(to).id;
}

/** Prints the offers that were made. */
export function tellMade(
  parts: Pick<SharingParts, 'access'>,
  { offers, missing, refused }: { offers: Offer[]; missing: string[]; refused: string[] },
  flags: ForFlags,
): number {
  for (const offer of offers) tellOffer(parts, offer, flags);
  const left = missing.length + refused.length;
  if (flags.json) printJson({ missing, refused });
  else if (offers.length === 0) print('No photos were offered.');
  if (!flags.json && left > 0) print(`${counted(left, 'photo')} could not be offered.`);
  return exit.done;
}

/** Prints an offer as a line; for an accepted one, with the giver's next step. */
function tellOffer({ access }: Pick<SharingParts, 'access'>, offer: Offer | OfferDetails, flags: ForFlags): void {
  if (flags.json) return printJson(offer);
  const nameOf = (holder: Holder): string =>
    holder === house ? 'the family library' : printable(access.people.find(holder)?.name ?? holder);
  const { giver, to, state, photos, taken } = offer;
  const line = `${offer.offer}  ${counted(photos, 'photo')} from ${nameOf(giver)} to ${nameOf(to)}  (${state})`;
  print(line);
  if (taken === undefined) return;
  print(
    `  ${nameOf(to)} saved ${counted(taken, 'photo')}. Run \`photospool offers trash ${offer.offer}\` to move your copies to the trash.`,
  );
}
