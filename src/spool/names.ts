/**
 * Names that the spool leaves alone: unfinished and foreign files of sync tools, browsers and systems, by name. Each
 * line says whose they are and where that is documented; docs/spool.md lists them for people. Pure.
 */

/** A rule for names of files or folders; a folder that matches is not walked. */
export interface LeftAlone {
  whose: string;
  pattern: RegExp;
}

/** The list. Adding a tool is one line. */
export const leftAlone: readonly LeftAlone[] = [
  // Every hidden name: macOS (.DS_Store, ._x, .localized), Dropbox (.dropbox, .dropbox.cache), Syncthing (.stfolder,
  // .stversions, .syncthing.x.tmp), Nextcloud (.sync_*.db, .x.~abc), rsync (.x.Ab12Cd, .~tmp~), KDE (.directory).
  { whose: 'hidden files', pattern: /^\./ },
  // https://docs.syncthing.net/users/syncing.html#temporary-files
  { whose: 'Syncthing', pattern: /^~syncthing~.*\.tmp$|\.sync-conflict-[0-9]{8}-[0-9]{6}-[A-Z0-9]{7}.*\.tmp$/ },
  // https://rclone.org/docs/#partial-suffix-string, https://rsync.samba.org (--partial-dir is hidden by default)
  { whose: 'rclone, rsync', pattern: /\.partial$|\.[0-9a-f]{8}\.partial$|^rsync-partial$/i },
  // https://docs.nextcloud.com/desktop (chunked uploads), ownCloud
  { whose: 'Nextcloud, ownCloud', pattern: /\.(?:ocTransferId[0-9]+\.)?part$|\.~[0-9a-f]+$|^\._?sync_.*\.db/i },
  // Chrome, Firefox, Safari, Edge, Opera
  { whose: 'browsers', pattern: /\.(?:crdownload|part|download|opdownload)$|^Unconfirmed [0-9]+/i },
  { whose: 'other unfinished files', pattern: /\.(?:tmp|temp|filepart|!qB|aria2|swp|lock)$|~$|^~\$/i },
  // https://learn.microsoft.com/windows/win32/shell
  {
    whose: 'Windows',
    pattern: /^(?:Thumbs\.db|ehthumbs(?:_vista)?\.db|desktop\.ini|\$RECYCLE\.BIN|System Volume Information)$/i,
  },
  // Synology (@eaDir, #recycle, @tmp), QNAP (@Recycle, .@__thumb)
  {
    whose: 'Synology, QNAP',
    pattern: /^(?:@eaDir|@Recycle|@tmp|#recycle|#snapshot|@Recently-Snapshot)$|@SynoEAStream$|@SynoResource$/,
  },
  { whose: 'macOS', pattern: /^(?:Icon\r|__MACOSX|lost\+found)$/ },
];

/** Whether a name in `incoming` is left alone. */
export const isLeftAlone = (name: string): boolean => leftAlone.some(({ pattern }) => pattern.test(name));
