/**
 * Names that the spool ignores: incomplete files and files of sync tools, browsers and systems. Each rule names its
 * program and source; docs/sync/README.md lists them for people. A name that is not hidden and has the extension of a
 * photo is never ignored, even if it matches a rule: conflict copies are photos. Pure.
 */

/** A rule for names of files or folders; a matching folder is not scanned. */
export interface LeftAlone {
  whose: string;
  pattern: RegExp;
  /** Written by the system itself, under names that do not change. */
  system?: true;
}

/** The rules. Each tool takes one line. */
export const leftAlone: readonly LeftAlone[] = [
  // What most tools do with an unfinished file is to hide it:
  // macOS .DS_Store ._x .localized .Spotlight-V100 .Trashes .fseventsd, iCloud .x.jpg.icloud (not downloaded)
  // Dropbox .dropbox .dropbox.cache (downloads grow there) .dropbox.attr; Google Drive .tmp.drivedownload
  // Syncthing .stfolder .stignore .stversions .syncthing.x.jpg.tmp (lib/fs/tempname.go)
  // Nextcloud, ownCloud .sync_1234.db ._sync_1234.db .x.jpg.~1a2b (src/libsync/propagatedownload.cpp), .owncloudsync.log
  // rsync .x.jpg.Ab12Cd, --delay-updates .~tmp~, --partial-dir=.rsync-partial (rsync(1)); lftp .in.x.jpg.
  // Android .pending-1700000000-x.jpg .trashed-1700000000-x.jpg (MediaStore), .thumbnails .nomedia
  // Synology .SynologyWorkingDirectory, QNAP .@__thumb, Samba .recycle, KDE .directory, GNOME .goutputstream-XXXXXX
  // Chrome .com.google.Chrome.AbCdEf, Resilio .sync, OneDrive .849C9593-…
  { whose: 'hidden files', pattern: /^\./ },
  // https://docs.syncthing.net/users/syncing.html#temporary-files (Windows; elsewhere they are hidden)
  { whose: 'Syncthing', pattern: /^~syncthing~.*\.tmp$/i },
  // https://rclone.org/docs/#inplace (name.1a2b3c4d.partial), rsync(1) --partial-dir
  { whose: 'rclone, rsync', pattern: /\.partial$|^rsync-partial$/i },
  // https://docs.nextcloud.com/server/latest/developer_manual/client_apis/WebDAV/chunking.html, and .~1a2b of old clients;
  // .nextcloud, .owncloud stand in for files that are not downloaded (src/libsync/vfs)
  { whose: 'Nextcloud, ownCloud', pattern: /\.part$|\.~[0-9a-f]+$|\.(?:next|own)cloud$/i },
  // https://help.resilio.com (.!sync), https://github.com/qbittorrent/qBittorrent/wiki (.!qB), aria2c(1) (.aria2), uTorrent (.!ut)
  { whose: 'Resilio, torrents', pattern: /\.(?:!sync|syncpart|bts|!qB|!ut|bc!|aria2)$/i },
  // Chromium's download_path_reservation (.crdownload, Unconfirmed 123.crdownload), Firefox (.part), Safari (.download, a folder)
  { whose: 'browsers', pattern: /\.(?:crdownload|part|download|opdownload)$/i },
  // https://winscp.net/eng/docs/resume (.filepart), vim (.swp), editors' backups (x~)
  { whose: 'other unfinished files', pattern: /\.(?:tmp|temp|filepart|swp|lock)$|~$/i },
  // https://learn.microsoft.com/windows/win32/shell; Office's owner files ~$x.docx
  {
    whose: 'Windows',
    system: true,
    pattern:
      /^(?:Thumbs\.db|ehthumbs(?:_vista)?\.db|desktop\.ini|\$RECYCLE\.BIN|System Volume Information)$|^~\$.*\.(?:do|xl|pp|vs)[a-z]+$/i,
  },
  // https://kb.synology.com (@eaDir: thumbnails, which are JPEGs; #recycle; #snapshot), https://www.qnap.com (@Recycle)
  {
    whose: 'Synology, QNAP',
    system: true,
    pattern: /^(?:@eaDir|@Recycle|@tmp|#recycle|#snapshot|@Recently-Snapshot)$|@SynoEAStream$|@SynoResource$/i,
  },
  { whose: 'macOS, Linux', system: true, pattern: /^(?:Icon\r|__MACOSX|lost\+found)$/ },
];

/** Whether a name in `incoming` is ignored. */
export const isLeftAlone = (name: string): boolean => leftAlone.some(({ pattern }) => pattern.test(name));

/** Such hidden names. Others are those of unfinished files: rsync writes `_1.jpg` as `._1.jpg.Ab12Cd`. */
const hiddenOfSystem = /^\.(?:DS_Store|localized|Spotlight-V100|Trashes|fseventsd|directory|nomedia|@__thumb)$/;

/** Whether a system itself writes files or folders of this name, which are never renamed to photos. */
export const isOfSystem = (name: string): boolean =>
  hiddenOfSystem.test(name) || leftAlone.some(({ system, pattern }) => system === true && pattern.test(name));
