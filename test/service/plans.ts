/** Plans with paths that contain everything that launchd, systemd, cron and sh treat specially. */
import type { LaunchPlan } from '../../src/service/launch-plan.js';

/** Folder names that caused trouble somewhere. */
export const hostile = [
  'plain',
  ' two  spaces ',
  `'single' "double"`,
  '100 %d %%i %',
  '$HOME ${HOME} $(id) `id`',
  'back\\slash \\\\two \\% \\n end\\',
  '<a> & "b" ]]> <!--',
  '# ; -x ~ * ? [a] !',
  'Zürich – 写真 🏔 e\u0301',
];

/** A plan whose folders all have this name. */
export const planIn = (name: string, changed: Partial<LaunchPlan> = {}): LaunchPlan => ({
  name: 'photospool',
  runs: 'pass',
  command: [`/usr/${name}/node`, `/opt/${name}/main.js`, 'process', '--home', `/home/${name}`, '--level', name],
  home: `/home/${name}`,
  incoming: `/in/${name}`,
  writable: [`/home/${name}`, `/in/${name}`],
  sweep: 900,
  ...changed,
});
