/** The channel between pages and service worker about files shared to the app. */

/** The name of the channel: a message means that a file was added, or that the network is back. */
export const channel = 'photospool-shared';
