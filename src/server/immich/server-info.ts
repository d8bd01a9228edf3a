/** The version of the API, and the supported features. */
import { mayOn, type Viewer } from '../../access/permissions.js';
import { families } from '../../photo/formats/families.js';
import { choiceInForce } from '../../album/automatic-deletion.js';
import { viewerOf } from '../http/request-viewer.js';
import { addCall, type Calls } from './calls.js';
import { selfOf } from './people.js';

/** The version of the API. Clients compare the major number with theirs. */
const version = { major: 3, minor: 2, patch: 2, prerelease: null };
const versionText = `v${version.major}.${version.minor}.${version.patch}`;

/** Features of the server that clients show or hide. */
const features = {
  ...{ passwordLogin: true, trash: true, sidecar: true },
  ...{ configFile: false, duplicateDetection: false, email: false, facialRecognition: false, importFaces: false },
  ...{ map: false, oauth: false, oauthAutoLaunch: false, ocr: false, realtimeTranscoding: false },
  ...{ reverseGeocoding: false, search: false, smartSearch: false },
};

/**
 * The days after which removed people are deleted; also photos in the trash, unless their holder chose another number.
 */
const never = 36_500;

/** The accepted file extensions, with their dots. */
function mediaTypes(): { image: string[]; video: string[]; sidecar: string[] } {
  const endings = (isVideo: boolean): string[] =>
    families
      .filter(({ name }) => (name === 'video') === isVideo)
      .flatMap((family) => (family.endings ?? []).map((ending) => `.${ending}`))
      .sort();
  return { image: endings(false), video: endings(true), sidecar: ['.xmp'] };
}

/** `server/…` */
export const serverInfo: Calls = (app, { access, config, library }) => {
  const everyone = { method: 'GET', needs: 'everyone' } as const;
  /** The days that the client's own photos stay in the trash. */
  const trashDays = (who: Viewer | undefined): number =>
    (who &&
      mayOn(who, 'trash', selfOf(who)) &&
      choiceInForce({ library, senders: access.senders }, selfOf(who))?.days) ||
    never;
  addCall(app, { ...everyone, path: '/server/ping' }, () => ({ res: 'pong' }));
  addCall(app, { ...everyone, path: '/server/version' }, () => version);
  addCall(app, { ...everyone, path: '/server/features' }, () => features);
  addCall(app, { ...everyone, path: '/server/media-types' }, mediaTypes);
  addCall(app, { ...everyone, path: '/server/config' }, (request) => ({
    ...{ isInitialized: access.settings.read().setUp, isOnboarded: true, maintenanceMode: false, publicUsers: false },
    ...{ loginPageMessage: '', oauthButtonText: '', externalDomain: access.settings.publicAddress() ?? '' },
    ...{
      mapDarkStyleUrl: '',
      mapLightStyleUrl: '',
      minFaces: 0,
      trashDays: trashDays(viewerOf(request)),
      userDeleteDelay: never,
    },
  }));
  addCall(app, { ...everyone, path: '/server/about', needs: 'client' }, () => ({
    ...{ version: versionText, versionUrl: '', licensed: false, build: `Photospool ${config.version}` },
  }));
};
