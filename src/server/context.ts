/** The dependencies of the server. The CLI assembles them; the server neither opens nor closes any of them. */
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { Room } from '../base/disk-space.js';
import type { Access } from '../access/access.js';
import type { People } from '../access/people.js';
import type { LibraryExportParts } from './files/library-export.js';
import type { Clock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import type { Files } from '../base/files.js';
import type { Catalog } from '../catalog/catalog.js';
import type { Examined } from '../doctor/finding.js';
import type { Develop } from '../document/develop.js';
import type { Library } from '../library/library.js';
import type { Exchange } from '../sync/blobs/blob-exchange.js';
import type { Copies } from '../sync/connections/detect-copies.js';
import type { Mesh } from '../sync/connections/mesh.js';
import type { PeopleGate } from '../sync/connections/people-gate.js';
import type { Peers } from '../sync/connections/peers.js';
import type { Publishers } from '../publishing/publisher-registry.js';
import type { Served } from '../sync/couch/serve-database.js';
import type { GiveFolderParts } from '../spool/give-folder.js';
import type { SpoolPort } from '../spool/spool-interface.js';
import type { AwaitedChanges } from '../album/awaited-changes.js';
import type { Ask } from '../album/query-catalog.js';
import type { PairFiles } from './http/tls-certificate.js';
import type { Changes } from '../library/change-signal.js';
import type { ReadLook } from '../album/duplicate-scan.js';
import type { Live } from './live-events.js';

/** Absolute paths of pictures, whether or not the files exist. */
export interface BlobPort {
  /** A rendition, by the SHA-256 of its bytes. */
  rendition(sha256: string): string;
  /** An original, by its path relative to the archive. */
  original(path: string): string;
  /** A new path for a file that exists only while it is sent; the next start removes files left by a crash. */
  temporary(): string;
  /** Moves an original to the archive's trash (`Archive.discard`). */
  discard(path: string): Promise<string | undefined>;
  /** Moves it back (`Archive.retrieve`). */
  retrieve(aside: string, path: string, sha256: string): Promise<'placed' | 'taken'>;
}

/** The configuration of the server. */
export interface ServerConfig {
  host: string;
  /** 0 selects any free port. */
  port: number;
  /** Host names under which the server responds, in addition to IP addresses and this machine's own names. */
  names?: readonly string[];
  /** Proxies trusted to report the client's address: addresses, networks, `loopback`. */
  trustProxy?: readonly string[];
  /** Absolute paths of certificate and key, if the server uses HTTPS. */
  https?: PairFiles;
  role: 'home' | 'public';
  /** The folder of the built album page. Without it the API works, and pages are 404. */
  webRoot: string;
  /** The `incoming` folder, as displayed. */
  incoming: string;
  /** The path of the owner’s own map, if there is one: a PMTiles file. */
  basemap?: string;
  /** The title of the album for visitors; `Photospool` by default. */
  title?: string;
  /** The description of the album for visitors. */
  intro?: string;
  /** False if search engines may index the pages of visitors. */
  noindex?: boolean;
  /** The version of Photospool. */
  version: string;
}

/** The dependencies of the server. */
export interface ServerParts {
  library: Library;
  catalog: Catalog;
  access: Access;
  spool: SpoolPort;
  blobs: BlobPort;
  files: Pick<Files, 'reading' | 'scratch' | 'discard'>;
  /** Signals changes of the library by this process to the live pages. */
  changes: Changes;
  /** The databases served to peers under `/db`, by name. */
  databases: readonly Served[];
  /** The exchange of blobs with peers. */
  exchange: Exchange;
  /** The connections to peers. */
  mesh: Pick<Mesh, 'status' | 'on'>;
  /** The table that defines these connections; absent on a public server. */
  peers?: Peers;
  /** Whether people may have their own libraries; absent on a public server, where they may not. */
  gate?: PeopleGate;
  /** The folders of `incoming` that are assigned to people; absent on a public server. */
  folders?: GiveFolderParts;
  /** Records the library id and epoch of each peer that sends a request. */
  copies?: Pick<Copies, 'saw' | 'all'>;
  /** Authorizes publishers for their databases and pictures, on a public server. */
  publishers?: Pick<Publishers, 'admit' | 'names'>;
  /**
   * Writes the picture of an original (by its path in the archive), developed, as a full-size JPEG into a new temporary
   * file, which the caller removes. Undefined if the original has no picture. Absent on a server that decodes nothing.
   */
  toJpeg?(original: string, develop?: Develop): Promise<{ path: string; remove(): Promise<void> } | undefined>;
  /**
   * Writes a copy without metadata of an original that can't be stripped: of a video the file unchanged, of anything
   * else a JPEG; with its MIME type. Otherwise as `toJpeg`.
   */
  toBare?(
    original: string,
    develop?: Develop,
  ): Promise<{ path: string; type: string; remove(): Promise<void> } | undefined>;
  /**
   * Requests the playable version of a video, by the SHA-256 of its original: for viewers who can see the video but
   * have no right to the original. False if it can't be made. Absent on a server that transcodes nothing.
   */
  makePlayable?(sha256: string): boolean;
  /** Opens the sources of an export of a library, to be closed after it. Absent on a public server. */
  openExport?(people: Pick<People, 'all'>): { parts: LibraryExportParts; close(): Promise<void> };
  /** Computes perceptual hashes. Absent on a server that decodes nothing. */
  look?: ReadLook;
  /** Diagnoses this home. Absent on a public server. */
  examine?(): Promise<Examined>;
  /** The space on the disk of the originals. Absent on a public server. */
  room?(): Promise<Room>;
  /** Puts a few sample pictures into `incoming`; resolves to their number. */
  samples(): Promise<number>;
  config: ServerConfig;
  log: Log;
  clock: Clock;
}

/** The input of the routes. */
export interface Context extends ServerParts {
  live: Live;
  ask: Ask;
  /** The changes of photos that were sent and are not recorded yet. */
  awaited: AwaitedChanges;
}

/** Fastify with routes typed by their schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** Adds the routes of one noun. */
export type Routes = (app: App, context: Context) => void | Promise<void>;
