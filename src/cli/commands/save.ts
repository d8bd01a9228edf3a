/**
 * `photospool save`: saves photos shared by others to the library of a person. Works beside a running server; requires
 * no sign-in, like `albums`. A crash leaves some photos saved; running it again completes it.
 */
import { savePhotos } from '../../album/save-photos.js';
import { systemClock as clock } from '../../base/clock.js';
import { counted } from '../../base/human-format.js';
import { addVerb, type Verb } from '../command.js';
import { photosDone, report, withSharing, type ForFlags } from '../with-sharing.js';

/** The verb `save`. */
export const save: Verb = (program, run) => {
  addVerb(program, 'save <PHOTO...>', 'Save photos that others share to the library of a person')
    .requiredOption('--for <NAME>', 'person whose library to save to')
    .action((ids: string[], flags: ForFlags) =>
      run(() =>
        withSharing(flags, async ({ records: { library, catalog }, who, photos }) => {
          const done = await savePhotos({ library, catalog, clock }, who, photos(ids));
          const { saved, known, missing, refused } = done;
          const sentence = photosDone({ changed: saved, missing, ...(refused && { refused }) }, 'saved');
          const already =
            known > 0 ? ` ${counted(known, 'photo')} ${known === 1 ? 'was' : 'were'} already in the library.` : '';
          return report(done, `${sentence}${already}`, flags);
        }),
      ),
    );
};
