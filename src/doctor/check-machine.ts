/** Checks the machine: its clock, optional programs, and the version of Node. Reads only. */
import { PhotospoolError } from '../base/errors.js';
import { findProgram, findTools } from '../video/find-ffmpeg.js';
import type { Finding } from './finding.js';

/** No home is older than this day: a clock that shows an earlier one is wrong. UTC, in ms. */
const begin = Date.UTC(2025, 0, 1);

/** Checks whether the clock is plausible. `now` in ms; `newest`: the last write here, by this clock. */
export function examineClock(now: number, newest: number | undefined): Finding[] {
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const remedy = 'Set the clock, and enable time synchronization (`timedatectl set-ntp true`).';
  if (now < begin) {
    return [{ check: 'clock', severity: 'error', message: `The clock of this machine shows ${day(now)}.`, remedy }];
  }
  if (newest === undefined || newest - now < 24 * 3_600_000) return [];
  const message = `The clock of this machine shows ${day(now)}, but the library was last written on ${day(newest)}.`;
  return [{ check: 'clock', severity: 'error', message, remedy }];
}

/** Reports missing programs. `path` is PATH. */
export function examinePrograms(ffmpeg: string | undefined, path = process.env['PATH'] ?? ''): Finding[] {
  const found: Finding[] = [];
  const tools = findTools(ffmpeg, path);
  if (tools.kind === 'missing') {
    const missing = tools.missing.join(' and ');
    found.push({
      check: 'programs',
      severity: 'warning',
      message: `${missing} ${tools.missing.length > 1 ? 'were' : 'was'} not found: videos are imported, but can’t be shown.`,
      remedy: 'Install ffmpeg or set video.ffmpeg to its path, then restart the server.',
    });
  }
  if (process.platform === 'win32') return found;
  if (findProgram('perl', path) === undefined) {
    found.push({
      check: 'programs',
      severity: 'error',
      message:
        'perl was not found. It is needed to read the dates and places of photos; without it, nothing is imported.',
      remedy: 'Install perl (`apt install perl`).',
    });
  }
  if (findProgram('heif-dec', path) === undefined) {
    found.push({
      check: 'programs',
      severity: 'note',
      message: 'heif-dec was not found, so HEIC photos (iPhone) take several times longer to decode.',
      remedy: 'Install it to speed this up (`apt install libheif-examples`).',
    });
  }
  return found;
}

/** The end of life of Node versions (https://github.com/nodejs/release, schedule.json). */
const ends: Readonly<Record<number, string>> = {
  20: '2026-04-30',
  21: '2024-06-01',
  22: '2027-04-30',
  23: '2025-06-01',
  24: '2028-04-30',
  25: '2026-06-01',
  26: '2029-04-30',
};

/** Checks whether a version of Node (`20.19.0`) still gets fixes. `now` in ms. */
export function examineNode(version: string, now: number): Finding[] {
  const end = ends[Number.parseInt(version, 10)];
  if (end === undefined || now < Date.parse(end)) return [];
  return [
    {
      check: 'versions',
      severity: 'warning',
      message: `Node ${version} has not received security fixes since ${end}.`,
      remedy: 'Install a long-term support version (https://nodejs.org) and run Photospool with it.',
    },
  ];
}

/** Reports why a library can't be opened. */
export function examineLibrary(failure: unknown): Finding[] {
  if (failure === undefined) return [];
  const known = failure instanceof PhotospoolError ? failure : undefined;
  return [
    {
      check: known?.code === 'newer-version' ? 'versions' : 'library',
      severity: 'error',
      message: known?.message ?? 'The library can’t be read.',
      remedy: known?.hint ?? 'Restore it from a backup (`photospool restore DIR`).',
    },
  ];
}
