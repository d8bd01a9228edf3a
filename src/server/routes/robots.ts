/** robots.txt: what search engines and link preview programs may fetch. */
import { bytes } from '../../api/photo-schemas.js';
import type { Routes } from '../context.js';

/** Programs that show a preview of a link in a message; their requests do not lead to search engines. */
const previewers = [
  ...['Twitterbot', 'facebookexternalhit', 'LinkedInBot', 'Slackbot-LinkExpanding', 'TelegramBot', 'WhatsApp'],
  ...['Discordbot', 'SkypeUriPreview', 'Mastodon', 'Bluesky Cardyb'],
];
const pages = ['Disallow: /api/', 'Disallow: /db/', 'Disallow: /originals/', 'Disallow: /s/'];
const linesOf = (...lines: string[]): string => `${lines.join('\n')}\n`;
const welcome = linesOf('User-agent: *', ...pages, 'Allow: /');
const unwelcome = linesOf(
  ...previewers.map((name) => `User-agent: ${name}`),
  'Disallow: /api/',
  'Allow: /',
  '',
  'User-agent: *',
  'Disallow: /',
);

export const robots: Routes = (app, { config }) => {
  app.get(
    '/robots.txt',
    {
      config: { rule: 'everyone' },
      schema: { summary: 'What robots may fetch', response: bytes('robots.txt (RFC 9309)', 'text/plain') },
    },
    (_request, reply) =>
      void reply
        .type('text/plain; charset=utf-8')
        .header('cache-control', 'no-cache')
        .send(config.noindex === false ? welcome : unwelcome),
  );
};
