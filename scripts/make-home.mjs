/**
 * Creates the small home that test/cli/upgrade.test.ts opens: `node scripts/make-home.mjs MAIN FOLDER` runs the built
 * command line MAIN (dist/cli/main.js of the desired version) and writes FOLDER/home.tar.gz and FOLDER/known.json, the
 * responses of that version. A released version keeps its home unchanged: create a new one beside it instead.
 *
 * The home contains a bit of everything that must survive an upgrade; it ends with a `kill -9` in the middle of a pass.
 */
import { Buffer } from 'node:buffer';
import { execFile, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import sharp from 'sharp';

const run = promisify(execFile);
const [main, folder] = process.argv.slice(2).map((path) => resolve(path));
if (folder === undefined) throw new Error('usage: node scripts/make-home.mjs MAIN FOLDER');
const root = join(import.meta.dirname, '..');
const scratch = await mkdtemp(join(tmpdir(), 'photospool-home-'));
const home = join(scratch, 'home');
const incoming = join(home, 'incoming');
const known = { passwords: {}, tokens: {}, links: {} };
const started = [];

const environment = (of) => ({ ...process.env, PHOTOSPOOL_HOME: of, PHOTOSPOOL_SETTLE: '0' });

/** Runs a verb on the home, optionally with a line on stdin, and returns its output. */
async function verb(args, line, of = home) {
  const running = run(process.execPath, [main, ...args], { env: environment(of) });
  running.child.stdin.end(line === undefined ? '' : `${line}\n`);
  return (await running).stdout.trim();
}

/** Starts a server on a free port. `answer` sends requests as the owner of its machine, `as` with other headers. */
async function serve(of, ...args) {
  const child = spawn(process.execPath, [main, 'serve', '--port', '0', ...args], { env: environment(of) });
  started.push(child);
  let [said, wrong] = ['', ''];
  child.stdout.on('data', (part) => (said += part));
  child.stderr.on('data', (part) => (wrong += part));
  while (!/ (https?:\S+)\n/.test(said)) {
    if (child.exitCode !== null) throw new Error(`serve ended: ${wrong}`);
    await sleep(50);
  }
  const url = / (https?:\S+)\n/.exec(said)[1];
  // A public server writes none.
  const path = join(of, '.photospool/server.json');
  const secret = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).secret : '';
  const as = (headers) => async (method, path, body) => {
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const response = await fetch(new URL(path, url), {
      method,
      headers: { ...type, ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return { headers: response.headers, ...(await response.json().catch(() => ({}))) };
  };
  const ended = new Promise((end) => child.once('exit', end));
  return {
    url,
    as,
    ask: as({ authorization: `Bearer ${secret}` }),
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      await Promise.race([
        ended,
        sleep(20_000).then(() => Promise.reject(new Error(`${of}: the server does not end`))),
      ]);
    },
  };
}

async function signIn(server, name) {
  const { headers } = await server.as({})('POST', '/api/session', { name, password: known.passwords[name] });
  const cookie = headers.getSetCookie().map((one) => one.split(';')[0]);
  return server.as({ cookie: cookie.join('; ') });
}

/** A small picture, distinct by `seed`. */
async function picture(seed, exif = {}) {
  const pixels = Buffer.alloc(96 * 64 * 3);
  for (let i = 0; i < pixels.length; i++) pixels[i] = (i * (seed + 3) + (i >> 7) * 31 * seed) % 251;
  const day = String((seed % 28) + 1).padStart(2, '0');
  const own = {
    IFD0: { Make: 'Canon', Model: 'EOS 40D' },
    IFD2: { DateTimeOriginal: `2024:07:${day} 12:00:00` },
    ...exif,
  };
  return sharp(pixels, { raw: { width: 96, height: 64, channels: 3 } })
    .withExif(own)
    .jpeg({ quality: 70 })
    .toBuffer();
}

const gps = {
  IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '38/1 42/1 50/1', GPSLongitudeRef: 'W', GPSLongitude: '9/1 8/1 20/1' },
};
const hashOf = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** An undecodable PNG: stuck until a person does something. */
async function broken() {
  const bytes = await sharp(await picture(90))
    .resize(180, 120)
    .png()
    .toBuffer();
  const middle = Math.floor(bytes.length / 2);
  return bytes.fill(0x5a, middle, middle + 300);
}

const sidecar = `<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmp:Rating="3">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Title of the sidecar</rdf:li></rdf:Alt></dc:title>
<dc:subject><rdf:Bag><rdf:li>from the sidecar</rdf:li></rdf:Bag></dc:subject>
</rdf:Description></rdf:RDF></x:xmpmeta>
`;

async function fill() {
  await mkdir(join(incoming, 'Lisbon/Day 1'), { recursive: true });
  const put = (name, bytes) => writeFile(join(incoming, name), bytes);
  for (let seed = 1; seed <= 5; seed++) await put(`IMG_000${seed}.jpg`, await picture(seed, seed === 2 ? gps : {}));
  for (let seed = 6; seed <= 8; seed++) await put(`Lisbon/Day 1/IMG_000${seed}.jpg`, await picture(seed));
  await put('IMG_0001.jpg.xmp', sidecar);
  await put('notes.txt', 'No photo.\n');
  await put('broken.png', await broken());
  await copyFile(join(root, 'test/video/tiny.mp4'), join(incoming, 'tiny.mp4'));
  await verb(['process']).catch(({ code, stderr }) => {
    if (code !== 1 || !stderr.includes('broken.png')) throw new Error(stderr);
  });
  // The same bytes again, under another name.
  await put('again.jpg', await picture(1));
  await verb(['process']).catch(({ code, stderr }) => {
    if (code !== 1) throw new Error(stderr);
  });
}

async function people() {
  for (const name of ['Ada', 'Ben', 'Dora']) {
    known.passwords[name] = `${name} has a long password`;
    await verb(['users', 'add', name], known.passwords[name]);
  }
  await verb(['users', 'add', 'Cleo', '--invite']);
}

async function edits({ ask }, id) {
  const edit = (name, changes) => ask('PATCH', `/api/photos/${id[name]}`, changes);
  await edit('IMG_0002.jpg', {
    title: 'The harbour',
    description: 'A *quiet* evening.',
    rating: 5,
    audience: 'public',
  });
  await edit('IMG_0003.jpg', {
    taken: '2023-05-06T07:08:09.000+02:00',
    gps: { lat: 39.1, lon: -108.4 },
    audience: 'family',
  });
  await edit('IMG_0004.jpg', { favourite: true, reviewed: true, audience: 'public' });
  await edit('IMG_0004.jpg', { audience: 'private' });
  const ids = ['IMG_0006.jpg', 'IMG_0007.jpg'].map((name) => id[name]);
  await ask('PATCH', '/api/photos', {
    ids,
    albums: { add: ['Lisbon'] },
    tags: { add: ['holiday', 'sea'] },
    audience: 'family',
  });
  await edit('IMG_0007.jpg', { tags: { remove: ['sea'] } });
  await ask('POST', '/api/albums/covers', { album: 'Lisbon', photo: id['IMG_0006.jpg'] });
  await ask('POST', '/api/albums/saved', { name: 'The best', q: 'rating:>=4' });
  for (const name of ['IMG_0005.jpg', 'IMG_0008.jpg']) await edit(name, { trashed: true });
  await ask('POST', '/api/trash/empty', { ids: [id['IMG_0008.jpg']] });
}

async function persons(server, id) {
  const { people: all } = await server.ask('GET', '/api/people');
  const of = (name) => all.find((one) => one.name === name).id;
  await server.ask('PATCH', `/api/people/${of('Ben')}`, { canEdit: true });
  const [ada, ben, dora] = [await signIn(server, 'Ada'), await signIn(server, 'Ben'), await signIn(server, 'Dora')];
  await ada('POST', `/api/photos/${id['IMG_0002.jpg']}/comments`, { text: 'Said by **Ada**.' });
  await ben('PATCH', `/api/photos/${id['IMG_0006.jpg']}`, { title: 'Named by Ben', favourite: true });
  await dora('POST', `/api/photos/${id['IMG_0006.jpg']}/comments`, { text: 'Said by Dora, who left.' });
  await server.ask('DELETE', `/api/people/${of('Dora')}`);
}

async function links({ ask }, id) {
  const make = async (name, link) => (known.links[name] = (await ask('POST', '/api/shares', link)).path);
  await make('photo', { photo: id['IMG_0002.jpg'], title: 'One photo' });
  await make('originals', { photo: id['IMG_0002.jpg'], originals: true });
  await make('details', { search: 'album:="Lisbon"', details: true, expires: '2099-01-01T00:00:00.000Z' });
  await make('both', { search: 'tag:holiday', originals: true, details: true });
  await make('locked', { search: 'album:="Lisbon"', password: 'a password for guests' });
  await make('over', { photo: id['IMG_0003.jpg'], expires: new Date(Date.now() + 2_000).toISOString() });
  const ended = await ask('POST', '/api/shares', { photo: id['IMG_0003.jpg'] });
  await ask('DELETE', `/api/shares/${ended.share.id}`);
  known.links.ended = ended.path;
}

async function tokens() {
  for (const may of ['read', 'edit', 'upload', 'replicate', 'publish'])
    known.tokens[may] = await verb(['tokens', 'add', `to-${may}`, '--may', may]);
  known.tokens.revoked = await verb(['tokens', 'add', 'gone', '--may', 'read']);
  await verb(['tokens', 'revoke', 'gone']);
}

/**
 * A public server that receives public photos, and loses withdrawn ones, is created and removed; its connection stays.
 */
async function publish(server, id) {
  const vps = join(scratch, 'public');
  await mkdir(vps);
  const token = await verb(['tokens', 'add', 'home', '--may', 'publish'], undefined, vps);
  const other = await serve(vps, '--role', 'public');
  await verb(['peers', 'add', other.url, '--publish', '--token', token]);
  const shown = async (count) => {
    for (let n = 0; ; n++) {
      if ((await other.as({})('GET', '/api/photos')).photos.length === count) return;
      if (n > 200) throw new Error('nothing is published');
      await sleep(100);
    }
  };
  await shown(1);
  const edit = (audience) => server.ask('PATCH', `/api/photos/${id['tiny.mp4']}`, { audience });
  await edit('public');
  await shown(2);
  await edit('family');
  await shown(1);
  await other.stop('SIGKILL');
  // Port 9 of this machine: nothing responds there.
  await verb(['peers', 'add', 'http://127.0.0.1:9', '--token', `psp_${randomBytes(32).toString('base64url')}`]);
}

/** An upload whose first half has arrived, by a program with a token. */
async function upload(server) {
  const bytes = await picture(40);
  const half = Math.floor(bytes.length / 2);
  const headers = { authorization: `Bearer ${known.tokens.upload}`, 'tus-resumable': '1.0.0' };
  const metadata = `filename ${Buffer.from('IMG_0040.jpg').toString('base64')}`;
  const made = await fetch(`${server.url}/api/uploads`, {
    method: 'POST',
    headers: { ...headers, 'upload-length': `${bytes.length}`, 'upload-metadata': metadata },
  });
  const path = made.headers.get('location');
  await fetch(new URL(path, server.url), {
    method: 'PATCH',
    headers: { ...headers, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
    body: bytes.subarray(0, half),
  });
  known.upload = { path, offset: half, rest: bytes.subarray(half).toString('base64'), sha256: hashOf(bytes) };
}

/** The responses of this version, which every later one must give, too. */
async function tell({ ask }) {
  const all = (await Promise.all(['', '&q=is:trashed'].map((q) => ask('GET', `/api/photos?limit=500${q}`)))).flatMap(
    ({ photos }) => photos,
  );
  const each = async (path) =>
    Object.fromEntries(await Promise.all(all.map(async ({ id }) => [id, await plain(path.replace(':id', id))])));
  const plain = async (path) => {
    const answer = await ask('GET', path);
    delete answer.headers;
    return answer;
  };
  known.photos = await each('/api/photos/:id');
  known.comments = await each('/api/photos/:id/comments');
  known.saved = await plain('/api/albums/saved');
  known.covers = await plain('/api/albums/covers');
  known.people = await plain('/api/people');
  known.shares = await plain('/api/shares');
  // The server may not have noticed the newest one yet.
  const peers = (await verb(['peers', 'list', '--json'])).split('\n').map((line) => JSON.parse(line));
  known.peers = peers.map(({ url, publish, originals }) => ({ url, publish, originals }));
  known.stuck = (await plain('/api/spool')).stuck.map(({ name, code, reason }) => ({ name, code, reason }));
}

/**
 * Photos of which one is in progress when the process is killed: that claim has its file, the others are in `incoming`.
 */
async function killInTheMiddle() {
  const late = {};
  for (let seed = 50; seed < 54; seed++) {
    const bytes = await picture(seed);
    late[hashOf(bytes)] = `IMG_00${seed}.jpg`;
    await writeFile(join(incoming, `IMG_00${seed}.jpg`), bytes);
  }
  known.late = late;
  const work = join(home, 'work');
  const isPhoto = (name) => /^IMG_005\d\.jpg$/.test(name);
  const claimed = () => readdirSync(work, { recursive: true }).some((path) => isPhoto(path.split('/').at(-1)));
  const child = spawn(process.execPath, [main, 'process', '--workers', '1'], {
    env: environment(home),
    stdio: 'ignore',
  });
  started.push(child);
  while (!claimed()) {
    if (child.exitCode !== null) throw new Error('the pass was over too soon: try again');
    await sleep(1);
  }
  child.kill('SIGKILL');
  await new Promise((end) => child.once('exit', end));
  if (!claimed() || !readdirSync(incoming).some(isPhoto)) throw new Error('nothing was left: try again');
}

try {
  await fill();
  await people();
  await tokens();
  const server = await serve(home);
  const { photos } = await server.ask('GET', '/api/photos?limit=500');
  const id = Object.fromEntries(photos.map((photo) => [photo.name, photo.id]));
  known.purged = id['IMG_0008.jpg'];
  await edits(server, id);
  await persons(server, id);
  await links(server, id);
  await publish(server, id);
  await tell(server);
  await upload(server);
  await server.stop();
  await killInTheMiddle();
  known.version = await verb(['--version']);
  await mkdir(folder, { recursive: true });
  await run('tar', ['-czf', join(folder, 'home.tar.gz'), '-C', home, '--owner=0', '--group=0', '.']);
  await writeFile(join(folder, 'known.json'), `${JSON.stringify(known, null, 2)}\n`);
} finally {
  for (const child of started) child.kill('SIGKILL');
  await rm(scratch, { recursive: true, force: true });
}
