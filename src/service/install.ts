/**
 * Installs and removes a service. Files are written durably and atomically before the system is informed; installing
 * again changes only what differs, and completes an installation that a crash interrupted. Removing deletes exactly the
 * installed files.
 */
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Files } from '../base/files.js';
import { block, withBlock, without } from './cron.js';
import { agent, patience } from './launchd.js';
import type { Kind, LaunchPlan } from './launch-plan.js';
import { demand, findProgram, notHere, type RunCommand } from './system-command.js';
import { trial, trialName, unitNames, units } from './systemd.js';

/** The installer of one kind of service. Both methods return their actions, one line each. */
export interface Installer {
  /** @throws PhotospoolError `unusable` if the system lacks this kind of service, or does not offer it to this user. */
  check(): Promise<void>;
  install(plan: LaunchPlan): Promise<string[]>;
  uninstall(name: string): Promise<string[]>;
}

/** The dependencies of an installer. */
export interface Parts {
  files: Files;
  ask: RunCommand;
  /** Uses `QueueDirectories` of launchd. */
  queue?: boolean;
  env?: NodeJS.ProcessEnv;
}

/** The definition of a service, as text. */
export function printed(kind: Kind, plan: LaunchPlan, queue = false): string {
  if (kind === 'launchd') return agent(plan, { queue, log: logOf(plan.name) });
  if (kind === 'cron') return block(plan);
  return [...units(plan).files].map(([name, text]) => `# ${name}\n${text}`).join('\n');
}

/**
 * Opens the installer of a kind. `install` and `uninstall` throw PhotospoolError `unusable` with the message of the
 * system.
 */
export const openInstaller = (kind: Kind, parts: Parts): Installer =>
  ({ launchd: openLaunchd, systemd: openSystemd, cron: openCron })[kind](parts);

const logOf = (name: string): string => join(homedir(), 'Library', 'Logs', `${name}.log`);

async function mustHave(kind: Kind, program: string): Promise<void> {
  if (!findProgram(program)) throw notHere(kind, `This system does not have ${kind}: \`${program}\` was not found.`);
  return Promise.resolve();
}

/** Writes a file if it differs; returns the action. */
async function put(files: Files, folder: string, name: string, text: string): Promise<string> {
  const path = join(folder, name);
  if ((await files.readText(path)) === text) return `unchanged: ${path}`;
  await files.makeFolder(folder);
  await files.replace(path, text);
  return `wrote ${path}`;
}

function openLaunchd({ files, ask, queue = false }: Parts): Installer {
  const folder = join(homedir(), 'Library', 'LaunchAgents');
  const domain = `gui/${userInfo().uid}`;
  const isLoaded = async (name: string): Promise<boolean> =>
    (await ask('launchctl', ['print', `${domain}/${name}`])).code === 0;

  /** Unloads an agent and waits until it has ended, which takes as long as the current item; true if it was loaded. */
  async function unload(name: string): Promise<boolean> {
    if (!(await isLoaded(name))) return false;
    await demand(ask, 'launchctl', ['bootout', `${domain}/${name}`]);
    for (const end = Date.now() + patience * 1000; (await isLoaded(name)) && Date.now() < end;) await setTimeout(200);
    return true;
  }

  return {
    check: () => mustHave('launchd', 'launchctl'),
    async install(plan) {
      const wrote = await put(files, folder, `${plan.name}.plist`, printed('launchd', plan, queue));
      if ((await isLoaded(plan.name)) && wrote.startsWith('unchanged'))
        return [wrote, `launchd already runs ${plan.name}`];
      await unload(plan.name);
      await demand(ask, 'launchctl', ['enable', `${domain}/${plan.name}`]);
      await demand(ask, 'launchctl', ['bootstrap', domain, join(folder, `${plan.name}.plist`)]);
      return [wrote, `launchd now runs ${plan.name}`];
    },
    async uninstall(name) {
      const done: string[] = [];
      if (await unload(name)) done.push(`launchd no longer runs ${name}`);
      const path = join(folder, `${name}.plist`);
      if (await files.remove(path)) done.push(`removed ${path}`);
      return done;
    },
  };
}

function openSystemd({ files, ask, env = process.env }: Parts): Installer {
  const folder = join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'systemd', 'user');
  const systemctl = (...args: string[]): Promise<string> => demand(ask, 'systemctl', ['--user', ...args]);

  async function check(): Promise<void> {
    await mustHave('systemd', 'systemctl');
    const { code, err } = await ask('systemctl', ['--user', 'show-environment']);
    if (code !== 0) throw notHere('systemd', `systemd can't run services for this user: ${err.trim().split('\n')[0]}.`);
  }

  /**
   * Whether a unit with its own mounts can be started. The leftovers of a crashed trial are removed by the next one.
   */
  async function hasNamespaces(plan: LaunchPlan): Promise<boolean> {
    const name = trialName(plan.name);
    await put(files, folder, name, trial(plan));
    await systemctl('daemon-reload');
    const { code } = await ask('systemctl', ['--user', 'start', name]);
    await files.remove(join(folder, name));
    await ask('systemctl', ['--user', 'reset-failed', name]);
    return code === 0;
  }

  /** Stops and removes units; returns the actions. */
  async function drop(names: readonly string[]): Promise<string[]> {
    const there: string[] = [];
    for (const name of names) if (await files.stat(join(folder, name))) there.push(name);
    if (there.length === 0) return [];
    const started = there.filter((name) => !name.endsWith('-came.service'));
    if (started.length > 0) await systemctl('disable', '--now', ...started);
    for (const name of there) await files.remove(join(folder, name));
    await systemctl('daemon-reload');
    return there.map((name) => `removed ${join(folder, name)}`);
  }

  return {
    check,
    async install(plan) {
      const namespaces = await hasNamespaces(plan);
      const { files: wanted, enable } = units({ ...plan, namespaces });
      const done = await drop(unitNames(plan.name).filter((name) => !wanted.has(name)));
      if (!namespaces)
        done.push('sandbox options that need user namespaces were left out: this system does not permit them');
      for (const [name, text] of wanted) done.push(await put(files, folder, name, text));
      await systemctl('daemon-reload');
      await systemctl('enable', ...enable);
      const changed = done.some((line) => !line.startsWith('unchanged'));
      await systemctl(changed ? 'restart' : 'start', ...enable);
      return [...done, `enabled and started ${enable.join(', ')}`];
    },
    uninstall: (name) => drop(unitNames(name)),
  };
}

function openCron({ ask }: Parts): Installer {
  /** The user's crontab as bytes (latin1); empty if there is none. */
  async function read(): Promise<string> {
    const { code, out, err } = await ask('crontab', ['-l']);
    if (code === 0 || /no crontab/i.test(err)) return code === 0 ? out : '';
    throw notHere('cron', `The crontab can't be read: ${err.trim().split('\n')[0]}.`);
  }

  const write = (crontab: string): Promise<string> =>
    crontab === '' ? demand(ask, 'crontab', ['-r']) : demand(ask, 'crontab', ['-'], crontab);

  return {
    check: () => mustHave('cron', 'crontab'),
    async install(plan) {
      const before = await read();
      const after = withBlock(before, plan.name, Buffer.from(block(plan)).toString('latin1'));
      if (after === before) return ['unchanged: the crontab already contains the entry'];
      await write(after);
      return [`added an entry to the crontab, between markers for ${plan.name}`];
    },
    async uninstall(name) {
      const before = await read();
      const after = without(before, name);
      if (after === before) return [];
      await write(after);
      return [`removed the entry of ${name} from the crontab`];
    },
  };
}
