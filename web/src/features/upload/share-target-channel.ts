/** The channel between pages and service worker about files shared to the app. */

/** The name of their channel: a word in it says that something was put in, or that the network is back. */
export const channel = 'photospool-shared';
