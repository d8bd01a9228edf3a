import { writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configTemplate, flagOf, homeFolder, keys, readConfig } from '../../src/base/config.js';
import { temporaryFolder } from '../folder.js';

/** A home with a configuration file. */
function home(toml: string): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'photospool.toml'), toml);
  return folder;
}

describe('configuration', () => {
  it('has defaults below the home', () => {
    const folder = temporaryFolder();
    const config = readConfig(folder, {}, {});
    expect(config).toMatchObject({
      incoming: join(folder, 'incoming'),
      done: join(folder, 'archive'),
      settle: 2,
      port: 4780,
      host: '127.0.0.1',
    });
  });

  it('lets the flag win over the variable and the variable over the file', () => {
    const folder = home('[spool]\nsettle = 7\nincoming = "in"\n');
    expect(readConfig(folder, {}, {})).toMatchObject({ settle: 7, incoming: join(folder, 'in') });
    expect(readConfig(folder, {}, { PHOTOSPOOL_SETTLE: '5' }).settle).toBe(5);
    expect(readConfig(folder, {}, { PHOTOSPOOL_SPOOL_SETTLE: '0.5' }).settle).toBe(0.5);
    expect(readConfig(folder, { settle: '0' }, { PHOTOSPOOL_SETTLE: '5' }).settle).toBe(0);
  });

  it('expands ~ to the home folder of the user', () => {
    expect(readConfig(home('[spool]\nincoming = "~/Dropbox/Photos"\n'), {}, {}).incoming).toBe(
      join(homedir(), 'Dropbox/Photos'),
    );
    expect(homeFolder(undefined, { PHOTOSPOOL_HOME: '~/p' })).toBe(join(homedir(), 'p'));
    expect(() => homeFolder('', {})).toThrow('--home is empty');
    expect(homeFolder(undefined, {})).toBe(join(homedir(), 'Photospool'));
  });

  it('names the invalid key or value', () => {
    expect(() => readConfig(home('[spool]\nsetle = 7\n'), {}, {})).toThrow('unknown key spool.setle');
    expect(() => readConfig(home('settle = 7\n'), {}, {})).toThrow('unknown key settle');
    expect(() => readConfig(home('[spool]\nsettle = "soon"\n'), {}, {})).toThrow(
      `invalid value for spool.settle: "soon"`,
    );
    expect(() => readConfig(home('[spool\n'), {}, {})).toThrow('line 1 is not valid TOML');
    expect(() => readConfig(temporaryFolder(), { port: '99999' }, {})).toThrow(
      `--port: invalid value for server.port: "99999"`,
    );
    expect(() => readConfig(temporaryFolder(), {}, { PHOTOSPOOL_MODE: 'link' })).toThrow(
      `PHOTOSPOOL_MODE: invalid value for spool.mode: "link"`,
    );
  });

  it('reads lists from the file, and separated by commas elsewhere', () => {
    const toml = home(
      '[server]\nnames = ["Album.example.org", "photos.lan"]\ntrustProxy = ["loopback", "10.0.0.0/8"]\n',
    );
    expect(readConfig(toml, {}, {})).toMatchObject({
      names: ['album.example.org', 'photos.lan'],
      trustProxy: ['loopback', '10.0.0.0/8'],
    });
    expect(readConfig(toml, { trustProxy: '::1, fd00::/8' }, {}).trustProxy).toEqual(['::1', 'fd00::/8']);
    expect(readConfig(temporaryFolder(), {}, { PHOTOSPOOL_SERVER_TRUSTPROXY: '10.0.0.1' }).trustProxy).toEqual([
      '10.0.0.1',
    ]);
    for (const wrong of ['everyone', '10.0.0.0/33', 'fd00::/129', '10.0.0', '*', '10.0.0.1,,10.0.0.2'])
      expect(() => readConfig(temporaryFolder(), { trustProxy: wrong }, {})).toThrow(
        `--trustProxy: invalid value for server.trustProxy`,
      );
    for (const wrong of ['https://album.example.org', 'a b', '*.example.org', 'album.example.org:443'])
      expect(() => readConfig(temporaryFolder(), { names: wrong }, {})).toThrow(
        `--names: invalid value for server.names`,
      );
  });

  it('requires certificate and key together', () => {
    const folder = home('[server]\ncert = "tls/cert.pem"\nkey = "tls/key.pem"\n');
    expect(readConfig(folder, {}, {})).toMatchObject({
      cert: join(folder, 'tls/cert.pem'),
      key: join(folder, 'tls/key.pem'),
    });
    expect(() => readConfig(temporaryFolder(), { cert: 'a' }, {})).toThrow('HTTPS also needs server.key.');
    expect(() => readConfig(temporaryFolder(), { key: 'a' }, {})).toThrow('HTTPS also needs server.cert.');
  });

  it('has a template that is valid and changes nothing when its lines are uncommented', () => {
    const folder = temporaryFolder();
    const before = readConfig(folder, {}, {});
    const lines = configTemplate(folder).replace(/^# (\w+ = )/gm, '$1');
    writeFileSync(join(folder, 'photospool.toml'), lines);
    expect(lines.match(/^\w+ = /gm)).toHaveLength(keys.length);
    expect(readConfig(folder, {}, {})).toEqual(before);
  });

  it('has one flag for each key', () => {
    expect(new Set(keys.map(flagOf)).size).toBe(keys.length);
  });
});
