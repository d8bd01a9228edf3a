/** How pages and service worker of a browser tell each other of what was shared to the app. */

/** The name of their channel: a word in it says that something was put in, or that the network is back. */
export const channel = 'photospool-shared';
