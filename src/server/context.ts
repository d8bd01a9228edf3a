/**
 * What the server is made of. The CLI puts the parts together; the server opens and closes none of them.
 */
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { Access } from '../access/access.js';
import type { Clock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import type { Files } from '../base/files.js';
import type { Catalog } from '../catalog/catalog.js';
import type { Examined } from '../doctor/finding.js';
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
import type { Ask } from '../album/query-catalog.js';
import type { PairFiles } from './http/tls-certificate.js';
import type { Changes } from '../library/change-signal.js';
import type { ReadLook } from '../album/duplicate-scan.js';
import type { Live } from './live-events.js';

/** Where pictures are, as absolute paths, whether they are there or not. */
export interface BlobPort {
  /** A rendition, by the SHA-256 of its bytes. */
  rendition(sha256: string): string;
  /** An original, by its place relative to the archive. */
  original(path: string): string;
  /** A new name for a file that lives while it is sent; what a crash leaves, the next start sweeps away. */
  temporary(): string;
  /** Moves an original to the archive's trash (`Archive.discard`). */
  discard(path: string): Promise<string | undefined>;
}

/** How the server is set up. */
export interface ServerConfig {
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** Host names to answer to, beside addresses and this machine's own. */
  names?: readonly string[];
  /** Proxies that may say who asks: addresses, networks, `loopback`. */
  trustProxy?: readonly string[];
  /** Absolute paths of certificate and key, where the server speaks HTTPS. */
  https?: PairFiles;
  role: 'home' | 'public';
  /** The folder of the built album page. Where it is missing, the API works and pages are 404. */
  webRoot: string;
  /** Where to put photos, as people read it. */
  incoming: string;
  /** What the album is called for visitors; `Photospool` where not said. */
  title?: string;
  /** False where search engines may show what visitors see. */
  noindex?: boolean;
  /** Photospool's own version. */
  version: string;
}

/** Everything the server needs. */
export interface ServerParts {
  library: Library;
  catalog: Catalog;
  access: Access;
  spool: SpoolPort;
  blobs: BlobPort;
  files: Pick<Files, 'reading' | 'scratch' | 'remove'>;
  /** Wakes the live pages when this process changed the library. */
  changes: Changes;
  /** What is served to peers under `/db`, by name. */
  databases: readonly Served[];
  /** Blobs for peers. */
  exchange: Exchange;
  /** The links to peers. */
  mesh: Pick<Mesh, 'status' | 'on'>;
  /** The table that they are made from; absent on a public server. */
  peers?: Peers;
  /** Whether people may have libraries of their own; absent on a public server, where they have not. */
  gate?: PeopleGate;
  /** The folders of `incoming` that were given to people; absent on a public server. */
  folders?: GiveFolderParts;
  /** Told which library asks in which epoch. */
  copies?: Pick<Copies, 'saw' | 'all'>;
  /** Lets publishers into their databases, and to their pictures, on a public server. */
  publishers?: Pick<Publishers, 'admit' | 'names'>;
  /**
   * Writes the picture of an original, by its place in the archive, as a JPEG of its full size into a new temporary file.
   * Undefined where there is no picture of it. Whoever asked removes the file. Absent on a server
   * that decodes nothing.
   */
  toJpeg?(original: string): Promise<{ path: string; remove(): Promise<void> } | undefined>;
  /**
   * Writes what can be given of an original without what it tells, where it can't be stripped: a film as it is, of anything else
   * a JPEG; with its MIME type. Otherwise as `toJpeg`.
   */
  toBare?(original: string): Promise<{ path: string; type: string; remove(): Promise<void> } | undefined>;
  /**
   * Has the film made that plays of a video, by the SHA-256 of its original: for those who may see it and not have the original.
   * False where it can't be made. Absent on a server that makes none.
   */
  makePlayable?(sha256: string): boolean;
  /** Tells what photos look like. Absent on a server that decodes nothing. */
  look?: ReadLook;
  /** What may be wrong with this home. Absent on a public server. */
  examine?(): Promise<Examined>;
  /** Puts a handful of sample pictures into `incoming`; resolves to how many. */
  samples(): Promise<number>;
  config: ServerConfig;
  log: Log;
  clock: Clock;
}

/** What the routes are given. */
export interface Context extends ServerParts {
  live: Live;
  ask: Ask;
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
