/** The English catalogue: the source of all others, which have its type. */
import type { Catalogue } from '../lib/messages.js';
import * as core from './en/core.js';

export const en: Catalogue = {
  ...core,
  areas: {
    activity: () => import('./en/activity.js'),
    albums: () => import('./en/albums.js'),
    auth: () => import('./en/auth.js'),
    edit: () => import('./en/edit.js'),
    first: () => import('./en/first.js'),
    front: () => import('./en/front.js'),
    inbox: () => import('./en/inbox.js'),
    info: () => import('./en/info.js'),
    locked: () => import('./en/locked.js'),
    map: () => import('./en/map.js'),
    pages: () => import('./en/pages.js'),
    search: () => import('./en/search.js'),
    select: () => import('./en/select.js'),
    guest: () => import('./en/guest.js'),
    sharing: () => import('./en/sharing.js'),
    settings: () => import('./en/settings.js'),
    shortcuts: () => import('./en/shortcuts.js'),
    timeline: () => import('./en/timeline.js'),
    upload: () => import('./en/upload.js'),
    viewer: () => import('./en/viewer.js'),
  },
};
