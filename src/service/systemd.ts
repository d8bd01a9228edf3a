/**
 * systemd user units with the keys of systemd.unit(5), systemd.path(5) and systemd.exec(5). `%` is doubled everywhere
 * (it begins a specifier); the meaning of quotes and backslashes differs from key to key. Pure.
 *
 * A path unit with `PathChanged=` does not watch while the service that it started runs, so files that arrive between
 * the last scan of a pass and its end would be missed. Therefore that service only creates a file, `came`; a second
 * path unit with `PathExists=` starts the pass, which begins by removing the file: if it exists again when the pass
 * ends, the next pass starts at once. Files that stay in `incoming` do not cause that.
 */
import type { LaunchPlan } from './launch-plan.js';

const escape = (text: string): string => text.replaceAll('%', '%%');

/** An argument of `ExecStart=:`; the colon disables the expansion of `$`. */
const argument = (text: string): string => `"${escape(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/** A path that fills the rest of a line. A trailing slash protects a final space or backslash. */
const whole = (path: string): string => escape(/[\s\\]$/.test(path) ? `${path}/` : path);

/** A path in a list: in quotes, in which a backslash is literal. */
const listed = (path: string): string => `"${escape(path).replaceAll('"', `"'"'"`)}"`;

/** Missing folders are ignored. */
const ifThere = (path: string): string => `"-${listed(path).slice(1)}`;

/** A path in a description; a backslash at the end of a line would join the next one. */
const shown = (path: string): string => `"${escape(path)}"`;

const inTemporary = (path: string): boolean => /^\/(?:var\/)?tmp(?:\/|$)/.test(path);

/**
 * The parts of the sandbox that are mounts. A user's systemd can create them if the system allows users their own
 * namespaces; otherwise a unit with one of them does not start at all (226/NAMESPACE).
 */
function mounts(plan: LaunchPlan): string[] {
  const hidden = [...plan.writable, ...plan.command.slice(0, 2)].some(inTemporary);
  return [
    'ProtectSystem=strict',
    ...plan.writable.map((folder) => `ReadWritePaths=${ifThere(folder)}`),
    'InaccessiblePaths=-%h/.ssh -%h/.gnupg -%h/.aws -%h/.password-store',
    ...(hidden ? [] : ['PrivateTmp=yes']),
    'ProtectKernelTunables=yes',
    'ProtectControlGroups=yes',
  ];
}

/** The restrictions of a service. `MemoryDenyWriteExecute` would stop V8, which generates code. */
function sandbox(plan: LaunchPlan): string[] {
  return [
    ...(plan.namespaces === false ? [] : mounts(plan)),
    'UMask=0077',
    'NoNewPrivileges=yes',
    'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
    'RestrictNamespaces=yes',
    'RestrictRealtime=yes',
    'RestrictSUIDSGID=yes',
    'LockPersonality=yes',
    'SystemCallArchitectures=native',
    'SystemCallFilter=@system-service',
    'SystemCallErrorNumber=EPERM',
  ];
}

/** The common part of a pass and the server. */
const running = (plan: LaunchPlan): string[] => [
  `ExecStart=:${plan.command.map(argument).join(' ')}`,
  // Only the main process gets the signal, and ends its children; the current item can finish.
  'KillMode=mixed',
  'TimeoutStopSec=15min',
  'SuccessExitStatus=143',
  ...sandbox(plan),
];

const unit = (sections: Record<string, readonly string[]>): string =>
  Object.entries(sections)
    .map(([name, entries]) => `[${name}]\n${entries.join('\n')}\n`)
    .join('\n');

/** The names of all units that a service may have, for passes or the server. */
export const unitNames = (name: string): string[] => [
  `${name}.path`,
  `${name}-came.service`,
  `${name}-pass.path`,
  `${name}.timer`,
  `${name}.service`,
  trialName(name),
];

/** The name of the unit that tests whether the sandbox is available. */
export const trialName = (name: string): string => `${name}-trial.service`;

/** A unit that does nothing, in the sandbox of the others. */
export const trial = (plan: LaunchPlan): string =>
  unit({
    Unit: ['Description=Photospool, test of the sandbox'],
    Service: ['Type=oneshot', 'ExecStart=true', ...sandbox(plan)],
  });

/** The units by file name, and those to enable. */
export function units(plan: LaunchPlan): { files: ReadonlyMap<string, string>; enable: readonly string[] } {
  return plan.runs === 'serve' ? serving(plan) : passing(plan);
}

function serving(plan: LaunchPlan): ReturnType<typeof units> {
  const service = unit({
    Unit: [`Description=Photospool server of ${shown(plan.home)}`],
    Service: [...running(plan), 'Restart=on-failure', 'RestartSec=10', 'RestartPreventExitStatus=2'],
    Install: ['WantedBy=default.target'],
  });
  return { files: new Map([[`${plan.name}.service`, service]]), enable: [`${plan.name}.service`] };
}

function passing(plan: LaunchPlan): ReturnType<typeof units> {
  const { name } = plan;
  const runtime = [`RuntimeDirectory=${name}`, 'RuntimeDirectoryPreserve=yes'];
  const came = `%t/${name}/came`;
  const files = {
    [`${name}.path`]: unit({
      Unit: [`Description=Photospool, watch ${shown(plan.incoming)} for new files`],
      Path: [`PathChanged=${whole(plan.incoming)}`, `Unit=${name}-came.service`, 'TriggerLimitIntervalSec=0'],
      Install: ['WantedBy=paths.target'],
    }),
    [`${name}-came.service`]: unit({
      Unit: ['Description=Photospool, record the arrival of new files', 'StartLimitIntervalSec=0'],
      // The pause collects the many files of one delivery: files that arrive during it precede the note, so the pass
      // finds them.
      Service: ['Type=oneshot', ...runtime, 'ExecStart=sleep 1', `ExecStart=touch ${came}`],
    }),
    [`${name}-pass.path`]: unit({
      Unit: ['Description=Photospool, start an import when files arrive'],
      Path: [`PathExists=${came}`, `Unit=${name}.service`],
      Install: ['WantedBy=paths.target'],
    }),
    [`${name}.timer`]: unit({
      Unit: ['Description=Photospool, periodic import'],
      Timer: ['OnActiveSec=5', 'AccuracySec=5', `OnUnitInactiveSec=${plan.sweep}`, `Unit=${name}.service`],
      Install: ['WantedBy=timers.target'],
    }),
    [`${name}.service`]: unit({
      Unit: [
        `Description=Photospool, import from ${shown(plan.incoming)}`,
        'StartLimitIntervalSec=10',
        'StartLimitBurst=30',
      ],
      Service: ['Type=oneshot', ...runtime, `ExecStartPre=rm -f ${came}`, 'Nice=10', ...running(plan)],
    }),
  };
  return { files: new Map(Object.entries(files)), enable: [`${name}.path`, `${name}-pass.path`, `${name}.timer`] };
}
