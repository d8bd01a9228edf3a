/**
 * The first script, and a small one: it chooses the language and requests its messages while the browser still loads
 * the app (main.ts), so that a language costs no extra round trip.
 */
import { language } from './lib/language.js';
import { loadMessages } from './lib/messages.js';

document.documentElement.lang = language;
// The app waits for the messages, too, and handles the error.
void loadMessages().catch(() => undefined);
