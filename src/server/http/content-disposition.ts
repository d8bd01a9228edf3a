/**
 * `Content-Disposition` (RFC 6266) for untrusted file names: an ASCII form for old clients, the exact name by RFC 8187.
 */

/** The value of the header. Characters that could end it, hide, or name a folder are replaced. */
export function disposition(kind: 'inline' | 'attachment', name: string): string {
  const clean = plain(name);
  const ascii = clean.replace(/[^\x20-\x7e]/gu, '_').replace(/["%\\]/g, '_');
  const exact = encodeURIComponent(clean).replace(/['()*!]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return ascii === clean ? `${kind}; filename="${ascii}"` : `${kind}; filename="${ascii}"; filename*=UTF-8''${exact}`;
}

/**
 * A file name without path separators, control characters, bidirectional overrides and unpaired surrogates; never
 * empty.
 */
export function plain(name: string): string {
  const clean = name
    .replace(/[/\\]/g, '_')
    .replace(/[\p{Cc}\p{Cs}\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu, '_')
    .slice(0, 255)
    .replace(/\p{Cs}/gu, '_');
  return /^[.\s]*$/.test(clean) ? 'photo' : clean;
}
