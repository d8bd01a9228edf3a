/** The security headers of every response: content security policy, permissions policy, HSTS and others. */

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "font-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Browser features: all denied except those that the page needs, full screen and passkeys. */
const permissions = [
  ...['camera', 'microphone', 'geolocation', 'payment', 'usb', 'serial', 'hid', 'midi'],
  ...['display-capture', 'screen-wake-lock', 'accelerometer', 'gyroscope', 'magnetometer', 'browsing-topics'],
]
  .map((name) => `${name}=()`)
  .concat('fullscreen=(self)', 'publickey-credentials-get=(self)', 'publickey-credentials-create=(self)')
  .join(', ');

/** On every response, unless a route overrides them. */
export const headers = {
  'cache-control': 'no-store',
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': permissions,
} as const;

/**
 * If the browser came by HTTPS, to this server or a trusted proxy, it uses HTTPS for half a year (RFC 6797). Not for
 * subdomains, which may belong to others. Browsers ignore it with an untrusted certificate.
 */
export const hsts = `max-age=${180 * 86_400}`;
