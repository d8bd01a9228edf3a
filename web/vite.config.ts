/**
 * Builds the album page into dist/web: hashed assets, nothing inline (the page's Content-Security-Policy has no
 * 'unsafe-inline'), and beside every text file its .br and .gz, so that the server compresses nothing while it serves.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin, type Rolldown } from 'vite';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const compressible = /\.(?:html|js|mjs|css|svg|json|webmanifest|txt)$/;

/** Smaller files fit into one packet, in bytes: they are sent as they are, unless the page loads them first. */
const least = 1_400;

/** Writes `name.br` and `name.gz` beside the text files that were built. */
function precompress(): Plugin {
  let folder = '';
  return {
    name: 'precompress',
    apply: 'build',
    configResolved(config) {
      folder = config.build.outDir;
    },
    async closeBundle() {
      const root = fileURLToPath(new URL('.', import.meta.url));
      const out = resolve(root, folder);
      const page = await readFile(join(out, 'index.html'), 'utf8');
      for (const entry of await readdir(out, { recursive: true })) {
        if (!compressible.test(entry)) continue;
        const bytes = await readFile(join(out, entry));
        if (bytes.length < least && !page.includes(entry)) continue;
        const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
        await writeFile(join(out, `${entry}.br`), brotliCompressSync(bytes, quality));
        await writeFile(join(out, `${entry}.gz`), gzipSync(bytes, { level: 9 }));
      }
    },
  };
}

/**
 * Puts `theme.ts` and `start.ts` before the app: a classic script that runs before the first paint, and an `async` one
 * that runs as soon as it is there.
 */
function startFirst(): Plugin {
  return {
    name: 'start-first',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle, server }) {
        const src = (name: string): string => {
          const built = Object.values(bundle ?? {}).find((file) => file.type === 'chunk' && file.name === name);
          return server ? `/src/${name}.ts` : `/${built!.fileName}`;
        };
        return [
          { tag: 'script', attrs: { src: src('theme') }, injectTo: 'head-prepend' },
          {
            tag: 'script',
            attrs: { type: 'module', async: true, crossorigin: true, src: src('start') },
            injectTo: 'head-prepend',
          },
        ];
      },
    },
  };
}

/** The name of a chunk: the files of a catalogue are called like their areas, in each language. */
function nameOf({ facadeModuleId }: { facadeModuleId?: string | null }): string {
  const [, path] = /\/messages\/(.+)\.ts$/.exec(facadeModuleId ?? '') ?? [];
  return path === undefined ? 'assets/[name]-[hash].js' : `assets/catalogue-${path.replaceAll('/', '-')}-[hash].js`;
}

/**
 * The chunks, by the paths of their modules: a chunk for each set of views that share a module would make three times as many
 * requests (docs/performance.md). What is not listed is split by Vite: views that few open, and each catalogue. `app` is the
 * first script; `common` is what several of the later ones use.
 */
const groups: Rolldown.CodeSplittingGroup[] = [
  // Comments have the styles of pages, and pages don't need comments.
  { name: 'pages', test: /\/app\/pages\.css/, priority: 3 },
  // The service worker and the page have these; it must not load the app.
  { name: 'share-target', test: /\/features\/upload\/share-target-|\/lib\/indexed-store/, priority: 3 },
  // What start.ts needs, which does not wait for the app.
  { name: 'messages', test: /\/lib\/(?:messages|language)\.ts|vite\/preload-helper/, priority: 3 },
  {
    name: 'app',
    test: /^(?!.*(?:\/(?:theme|start)\.ts|\/worker\/|\/hash-file\.ts|noble))/,
    priority: 2,
    tags: ['$initial'],
  },
  // Few pages have a code, and it is larger than some of them.
  { name: 'qr', test: /\/QrCode\.svelte|\/qr\/index/, priority: 1 },
  {
    name: 'common',
    test: /\/src\/(?:lib\/(?!markdown|passkeys)|features\/(?:viewer|selection|albums|sharing|servers|header)\/[^/]+\.ts$)/,
    priority: 1,
  },
  { name: 'photo', test: /\/features\/(?:viewer\/(?!ComparePhotos)|selection\/)|\/TileMenu/ },
  { name: 'albums', test: /\/features\/albums\// },
  { name: 'sharing', test: /\/features\/sharing\/(?!GuestUpload)/ },
  { name: 'header', test: /\/features\/header\// },
  { name: 'map', test: /\/features\/map\/(?!basemap|land)/ },
];

/** Tells the service worker which files the page is made of, and gives it a version that changes with them. */
function listShell(): Plugin {
  return {
    name: 'list-shell',
    apply: 'build',
    generateBundle: {
      // Vite removes chunks that have nothing but styles: a file that is missing would keep the worker from installing.
      order: 'post',
      handler(_options, bundle) {
        // The coasts of the map, and what draws a map of streets, are no part of it: where there is no network there are no
        // photos to put on it.
        const names = Object.keys(bundle).filter(
          (name) => name.startsWith('assets/') && !/\.json$|^assets\/(?:basemap|maplibre)-/.test(name),
        );
        const version = createHash('sha256').update(names.sort().join()).digest('hex').slice(0, 12);
        const shell = JSON.stringify(names.map((name) => `/${name}`));
        for (const file of Object.values(bundle)) {
          if (file.type !== 'chunk' || file.name !== 'sw') continue;
          file.code = file.code.replaceAll('__SHELL__', shell).replaceAll('__VERSION__', JSON.stringify(version));
        }
      },
    },
  };
}

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [svelte(), startFirst(), listShell(), precompress()],
  build: {
    // The licences of the packages in the page.
    license: { fileName: 'THIRD-PARTY.md' },
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    // What a catalogue needs is loaded before it.
    modulePreload: {
      polyfill: false,
      resolveDependencies: (name, needed) => (name.includes('/catalogue-') ? [] : needed),
    },
    reportCompressedSize: false,
    rolldownOptions: {
      input: {
        index: at('index.html'),
        theme: at('src/theme.ts'),
        start: at('src/start.ts'),
        sw: at('src/worker/sw.ts'),
      },
      // A service worker has one address for ever.
      output: {
        entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
        chunkFileNames: nameOf,
        codeSplitting: { groups },
      },
    },
  },
  server: { proxy: { '^/(api|media|originals)/': 'http://127.0.0.1:4780' } },
});
