import { execFileSync } from 'node:child_process';
import { parse } from 'plist';
import { describe, expect, it } from 'vitest';
import { block, withBlock, without } from '../../src/service/cron.js';
import { agent } from '../../src/service/launchd.js';
import { checkPlan, nameOf } from '../../src/service/launch-plan.js';
import { unitNames, units } from '../../src/service/systemd.js';
import { hostile, planIn } from './plans.js';

const parsed = (text: string): Record<string, unknown> => parse(text) as Record<string, unknown>;
const watching = { queue: false, log: '/log' };

describe('launchd', () => {
  it.each(hostile)('a property list parser returns the same values: %s', (name) => {
    const plan = planIn(name);
    const read = parsed(agent(plan, { queue: false, log: `/log/${name}` }));
    expect(read).toEqual({
      Label: 'photospool',
      ProgramArguments: plan.command,
      RunAtLoad: true,
      WatchPaths: [plan.incoming],
      StartInterval: 900,
      ProcessType: 'Background',
      ExitTimeOut: 900,
      Umask: 0o077,
      StandardErrorPath: `/log/${name}`,
    });
  });

  it('a server is kept alive, and watches by itself', () => {
    const read = parsed(agent(planIn('a', { runs: 'serve' }), watching));
    expect(read).toMatchObject({ KeepAlive: { SuccessfulExit: false }, ThrottleInterval: 30, RunAtLoad: true });
    expect(read).not.toHaveProperty('WatchPaths');
    expect(read).not.toHaveProperty('StartInterval');
  });

  it('the classical form reports when it loops', () => {
    const text = agent(planIn('a'), { ...watching, queue: true });
    expect(parsed(text)).toMatchObject({ QueueDirectories: ['/in/a'] });
    expect(parsed(text)).not.toHaveProperty('WatchPaths');
    expect(/<!--([^]*?)-->/.exec(text)?.[1]).toContain('.DS_Store');
    expect(agent(planIn('a'), watching)).not.toContain('<!--');
  });
});

/** The words of a line as systemd reads them (systemd.syntax(7)): quotes anywhere; `escapes` says whether `\` is one. */
function words(line: string, escapes: boolean): string[] {
  const found: string[] = [];
  for (let at = 0; at < line.length;) {
    if (line[at] === ' ') {
      at++;
      continue;
    }
    let word = '';
    for (let quote = ''; at < line.length && (quote !== '' || line[at] !== ' '); at++) {
      const c = line[at]!;
      if (escapes && c === '\\') word += line[++at]!;
      else if (quote === c) quote = '';
      else if (quote === '' && `'"`.includes(c)) quote = c;
      else word += c;
    }
    found.push(word);
  }
  return found;
}

/** Specifiers, of which only the doubled percent sign may be there. */
const specified = (text: string): string =>
  text.replace(/%(.?)/g, (_, c: string) => {
    if (c !== '%') throw new Error(`a specifier: %${c}`);
    return '%';
  });

describe('systemd', () => {
  const read = (text: string, key: string): string[] =>
    text.split('\n').flatMap((line) => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []));

  it.each(hostile)('its units contain the same values: %s', (name) => {
    const plan = planIn(name);
    const { files } = units(plan);
    const service = files.get('photospool.service')!;
    const [start] = read(service, 'ExecStart');
    expect(start).toMatch(/^:/);
    expect(words(start!.slice(1), true).map(specified)).toEqual(plan.command);
    const writable = read(service, 'ReadWritePaths').flatMap((line) => words(line, false));
    expect(writable.map(specified)).toEqual(plan.writable.map((path) => `-${path}`));
    const [watched] = read(files.get('photospool.path')!, 'PathChanged');
    expect(watched).toBe(watched!.trim());
    expect(specified(watched!).replace(/\/$/, '')).toBe(plan.incoming);
  });

  it('no line ends with a backslash, which would continue on the next', () => {
    for (const runs of ['pass', 'serve'] as const)
      for (const text of units(planIn('end\\', { runs })).files.values()) expect(text).not.toMatch(/\\$/m);
  });

  it('allows V8 to write executable code, and hides no folder under /tmp', () => {
    const service = (writable: string[]): string => units(planIn('a', { writable })).files.get('photospool.service')!;
    expect(service(['/home/a'])).not.toContain('MemoryDenyWriteExecute');
    expect(service(['/home/a'])).toContain('PrivateTmp=yes');
    expect(service(['/tmp/home'])).not.toContain('PrivateTmp');
    expect(service(['/var/tmp'])).not.toContain('PrivateTmp');
  });

  it('requires no mounts on systems without user namespaces', () => {
    const service = units(planIn('a', { namespaces: false })).files.get('photospool.service')!;
    expect(service).not.toMatch(/Protect|Paths|Private/);
    expect(service).toContain('SystemCallFilter=@system-service');
  });

  it('lists all of its units by name', () => {
    for (const runs of ['pass', 'serve'] as const) {
      const { files, enable } = units(planIn('a', { runs }));
      expect(unitNames('photospool')).toEqual(expect.arrayContaining([...files.keys()]));
      expect([...files.keys()]).toEqual(expect.arrayContaining([...enable]));
    }
  });
});

/**
 * What a cron hands to sh: of the text before the first bare percent sign, with the backslash before others gone. Vixie's
 * (Debian, macOS) makes one of two backslashes, too; ISC's and cronie's keep both.
 */
function handed(line: string, vixie: boolean): string {
  let command = '';
  for (let at = 0; at < line.length; at++) {
    if (line[at] === '%') return command;
    if (line[at] !== '\\') command += line[at] ?? '';
    else if (line[at + 1] === '%' || (vixie && line[at + 1] === '\\')) command += line[++at] ?? '';
    else command += `\\${line[++at] ?? ''}`;
  }
  return command;
}

describe('cron', () => {
  it.each(hostile)('sh gets the same command from every cron: %s', (name) => {
    const plan = planIn(name);
    const line = block(plan).split('\n')[1]!;
    for (const vixie of [true, false]) {
      const command = handed(line.replace(/^\S+ \S+ \S+ \S+ \S+ /, ''), vixie);
      expect(command).toMatch(/ >\/dev\/null$/);
      const out = execFileSync('/bin/sh', ['-c', `printf '%s\\0' ${command.replace(/ >\/dev\/null$/, '')}`]);
      expect(out.toString().split('\0').slice(0, -1)).toEqual(plan.command);
    }
  });

  it.each([
    [60, '* * * * *'],
    [300, '*/5 * * * *'],
    [899, '*/12 * * * *'],
    [86_400, '*/30 * * * *'],
  ])('%i seconds are %s', (sweep, when) => {
    expect(block(planIn('a', { sweep }))).toContain(`\n${when} '`);
  });

  it('starts a server at boot', () => {
    expect(block(planIn('a', { runs: 'serve' }))).toMatch(/^@reboot '/m);
  });

  const [ours, theirs] = [block(planIn('a')), '# mine\n0 3 * * * echo \\% \xe9\n\n'];

  it('keeps all other lines, before its own', () => {
    expect(withBlock(theirs, 'photospool', ours)).toBe(theirs + ours);
    expect(withBlock(withBlock(theirs, 'photospool', ours), 'photospool', ours)).toBe(theirs + ours);
    expect(withBlock('x', 'photospool', ours)).toBe(`x\n${ours}`);
    expect(without(`${ours}${theirs}${ours}`, 'photospool')).toBe(theirs);
    expect(without(theirs, 'photospool')).toBe(theirs);
  });

  it('keeps the lines of another home', () => {
    const other = block(planIn('b', { name: 'photospool-1234abcd' }));
    expect(without(withBlock(other, 'photospool', ours), 'photospool')).toBe(other);
  });

  it.each([ours.slice(0, ours.indexOf('# end')), ours.slice(ours.indexOf('\n') + 1)])(
    'changes nothing if one of its marks is missing',
    (half) => {
      expect(() => without(theirs + half, 'photospool')).toThrow('only one of the two markers');
    },
  );
});

describe('a plan', () => {
  it('has one name per home', () => {
    expect(nameOf('/home/a/Photospool', '/home/a/Photospool')).toBe('photospool');
    expect(nameOf('/x', '/home/a/Photospool')).toMatch(/^photospool-[0-9a-f]{8}$/);
    expect(nameOf('/x', '/y')).not.toBe(nameOf('/z', '/y'));
  });

  it('is rejected if it can’t be represented', () => {
    expect(() => checkPlan(planIn('two\nlines'))).toThrow("can't use /usr/two\\u{a}lines/node");
    expect(checkPlan(planIn(hostile.join(' '), { writable: [] }))).toBeTruthy();
  });
});
