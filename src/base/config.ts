/**
 * The configuration: one table of keys, each settable in `photospool.toml`, as a flag and as an environment variable;
 * the flag wins over the variable, the variable over the file. An unknown key or a wrong value is an error that names it.
 */
import { availableParallelism, homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { PhotospoolError } from './errors.js';
import { fileModes, type FileModes } from './file-modes.js';
import { readToml } from './config-file.js';
import { absolute, flag, isHostName, isNetwork, list, number, oneOf, path, rate, text } from './config-values.js';

/** Everything that can be configured. Folders are absolute; durations in seconds. */
export interface Config {
  home: string;
  /** Photospool's own folder: library, catalog, renditions, secrets. */
  data: string;
  incoming: string;
  work: string;
  /** The archive of originals. */
  done: string;
  settle: number;
  mode: 'move' | 'copy';
  workers: number;
  rescan: number;
  poll: number;
  port: number;
  host: string;
  /** Host names of the server, in addition to IP addresses and the names of this machine. */
  names: readonly string[];
  /** Certificate and private key (PEM) for HTTPS; both or neither. Absolute. */
  cert?: string;
  key?: string;
  /** Trusted proxies: addresses, networks (CIDR), `loopback`. */
  trustProxy: readonly string[];
  role: 'home' | 'public';
  /** Bandwidth limit for blobs over all connections, in bytes per second; 0 for none. */
  bandwidth: number;
  /** Path of ffmpeg, with ffprobe beside it; without it both are looked up in PATH. Absolute. */
  ffmpeg?: string;
  /** Whether positions are published on a public server. */
  gps: boolean;
  /** The title of the library for visitors. */
  title: string;
  /** What visitors read about the library. */
  intro?: string;
  /** Whether search engines are requested not to index the public pages. */
  noindex: boolean;
  /** Which other users of this machine may read the files. */
  modes: FileModes;
  level: 'debug' | 'info' | 'warn' | 'error';
  /** The format of the log; `auto` is text on a terminal, JSON elsewhere. */
  format: 'auto' | 'text' | 'json';
}

/** One configurable value. */
export interface ConfigKey {
  /** `section.name` in photospool.toml; the flag is `--name`, the variable `PHOTOSPOOL_NAME` or `PHOTOSPOOL_SECTION_NAME`. */
  key: string;
  field: Exclude<keyof Config, 'home' | 'data'>;
  /** The placeholder of the value in help. */
  value: string;
  help: string;
  read: (value: unknown, home: string) => string | number | boolean | string[] | undefined;
}

/** All keys, in the order of help and docs/guide/configuration.md. */
export const keys: readonly ConfigKey[] = [
  { key: 'spool.incoming', field: 'incoming', value: 'DIR', help: 'folder to import photos from', read: path },
  { key: 'spool.work', field: 'work', value: 'DIR', help: 'folder for files that are being processed', read: path },
  { key: 'spool.done', field: 'done', value: 'DIR', help: 'archive of originals', read: path },
  {
    key: 'spool.settle',
    field: 'settle',
    value: 'SECONDS',
    help: 'seconds that a file must stay unchanged before it is imported (0: files arrive by rename)',
    read: number(0, 86_400, false),
  },
  {
    key: 'spool.mode',
    field: 'mode',
    value: 'move|copy',
    help: 'move or copy files out of incoming; copy is for two-way synced folders',
    read: oneOf('move', 'copy'),
  },
  {
    key: 'spool.workers',
    field: 'workers',
    value: 'N',
    help: 'number of files processed at once (default: number of CPU cores)',
    read: number(1, 256),
  },
  {
    key: 'spool.rescan',
    field: 'rescan',
    value: 'SECONDS',
    help: 'seconds between full scans of incoming, in addition to filesystem events',
    read: number(1, 86_400, false),
  },
  {
    key: 'spool.poll',
    field: 'poll',
    value: 'SECONDS',
    help: 'seconds between scans on filesystems without events',
    read: number(0.1, 86_400, false),
  },
  { key: 'server.port', field: 'port', value: 'N', help: 'port of the web app', read: number(0, 65_535) },
  { key: 'server.host', field: 'host', value: 'ADDRESS', help: 'address to listen on', read: text },
  {
    key: 'server.names',
    field: 'names',
    value: 'NAME,…',
    help: 'additional host names of the server, besides its addresses and machine name',
    read: list(isHostName),
  },
  {
    key: 'server.cert',
    field: 'cert',
    value: 'FILE',
    help: 'certificate chain for HTTPS (PEM); reloaded when it changes',
    read: path,
  },
  { key: 'server.key', field: 'key', value: 'FILE', help: 'private key of the certificate (PEM)', read: path },
  {
    key: 'server.trustProxy',
    field: 'trustProxy',
    value: 'ADDRESS,…',
    help: 'trusted reverse proxies: addresses, networks such as 10.0.0.0/8, or loopback',
    read: list(isNetwork),
  },
  {
    key: 'server.role',
    field: 'role',
    value: 'home|public',
    help: 'role of this server',
    read: oneOf('home', 'public'),
  },
  {
    key: 'replication.bandwidth',
    field: 'bandwidth',
    value: 'BYTES',
    help: 'bandwidth for pictures between servers in bytes per second, such as 500k or 2M (0: no limit)',
    read: rate,
  },
  {
    key: 'video.ffmpeg',
    field: 'ffmpeg',
    value: 'FILE',
    help: 'path of ffmpeg; ffprobe must be in the same folder',
    read: path,
  },
  { key: 'publish.gps', field: 'gps', value: 'true|false', help: 'include locations in published photos', read: flag },
  { key: 'public.title', field: 'title', value: 'TEXT', help: 'title of the library for visitors', read: text },
  {
    key: 'public.intro',
    field: 'intro',
    value: 'TEXT',
    help: 'introduction to the library for visitors',
    read: text,
  },
  {
    key: 'public.noindex',
    field: 'noindex',
    value: 'true|false',
    help: 'ask search engines not to index the library',
    read: flag,
  },
  {
    key: 'files.modes',
    field: 'modes',
    value: fileModes.join('|'),
    help: 'who else on this machine can read new files and folders',
    read: oneOf(...fileModes),
  },
  {
    key: 'log.level',
    field: 'level',
    value: 'debug|info|warn|error',
    help: 'minimum level of logged messages',
    read: oneOf('debug', 'info', 'warn', 'error'),
  },
  {
    key: 'log.format',
    field: 'format',
    value: 'auto|text|json',
    help: 'log format (auto: text on a terminal, JSON elsewhere)',
    read: oneOf('auto', 'text', 'json'),
  },
];

/** The flag of a key, without dashes: `settle` for `spool.settle`. */
export const flagOf = (key: ConfigKey): string => key.key.slice(key.key.indexOf('.') + 1);

/** The home folder: `--home`, else `$PHOTOSPOOL_HOME`, else `~/Photospool`. Absolute. @throws PhotospoolError `config`. */
export function homeFolder(flag: string | undefined, env: NodeJS.ProcessEnv = process.env): string {
  if (flag === '') throw new PhotospoolError('config', '--home is empty.', { hint: 'Use --home DIR.' });
  return resolve(absolute(flag ?? (env['PHOTOSPOOL_HOME'] || join(homedir(), 'Photospool')), process.cwd()));
}

/**
 * Reads the configuration of a home. `flags` holds the command line flags by name.
 * @throws PhotospoolError `config` that names the key and where it was set.
 */
export function readConfig(
  home: string,
  flags: Record<string, unknown> = {},
  env: NodeJS.ProcessEnv = process.env,
): Config {
  const config: Config = {
    home,
    data: join(home, '.photospool'),
    incoming: join(home, 'incoming'),
    work: join(home, 'work'),
    done: join(home, 'archive'),
    settle: 2,
    mode: 'move',
    workers: availableParallelism(),
    rescan: 300,
    poll: 5,
    port: 4780,
    host: '127.0.0.1',
    names: [],
    trustProxy: [],
    role: 'home',
    bandwidth: 0,
    gps: false,
    title: 'Photospool',
    noindex: true,
    modes: 'private',
    level: 'info',
    format: 'auto',
  };
  const fromFile = readFile(join(home, 'photospool.toml'));
  for (const key of keys) {
    const name = flagOf(key);
    const short = `PHOTOSPOOL_${name.toUpperCase()}`;
    const long = `PHOTOSPOOL_${key.key.replace('.', '_').toUpperCase()}`;
    set(config, key, fromFile.get(key.key), 'photospool.toml', home);
    set(config, key, env[long], long, process.cwd());
    set(config, key, env[short], short, process.cwd());
    set(config, key, flags[name], `--${name}`, process.cwd());
  }
  if ((config.cert === undefined) !== (config.key === undefined)) throw halfOfHttps(config);
  return config;
}

/** The configuration file of a new home: every key with its default, commented out. */
export function configTemplate(home: string): string {
  const config = { ...readConfig(home, {}, {}), incoming: 'incoming', work: 'work', done: 'archive' };
  const lines = ['# Photospool. Remove the # of a line to change its value.'];
  for (const section of new Set(keys.map(({ key }) => key.split('.')[0]!))) {
    lines.push('', `[${section}]`);
    for (const { key, field, help } of keys.filter((one) => one.key.startsWith(`${section}.`))) {
      lines.push(`# ${help}`, `# ${key.slice(section.length + 1)} = ${JSON.stringify(config[field] ?? '')}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function halfOfHttps({ cert }: Config): PhotospoolError {
  return new PhotospoolError('config', `HTTPS also needs server.${cert === undefined ? 'cert' : 'key'}.`, {
    hint: 'Set both server.cert and server.key.',
  });
}

function set(config: Config, key: ConfigKey, value: unknown, where: string, base: string): void {
  if (value === undefined || value === '') return;
  const read = key.read(value, base);
  if (read === undefined) {
    throw new PhotospoolError('config', `${where}: invalid value for ${key.key}: ${JSON.stringify(value)}.`, {
      hint: `Use ${key.value}: ${key.help}.`,
    });
  }
  Object.assign(config, { [key.field]: read });
}

/** The values in a home's file, by key. */
function readFile(path: string): Map<string, unknown> {
  const found = readToml(path);
  for (const key of found.keys()) if (!keys.some((known) => known.key === key)) throw unknownKey(key, path);
  return found;
}

function unknownKey(key: string, path: string): PhotospoolError {
  return new PhotospoolError('config', `${path}: unknown key ${key}.`, {
    path,
    hint: `Known keys: ${keys.map((known) => known.key).join(', ')}.`,
  });
}
