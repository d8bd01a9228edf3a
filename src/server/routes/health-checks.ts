/** What may be wrong with this home, for its owner. */
import { notFound } from '../../base/errors.js';
import { Type } from 'typebox';
import { checks, severities } from '../../doctor/finding.js';
import type { Routes } from '../context.js';
import { answers } from '../../api/photo-schemas.js';

const Finding = Type.Object({
  check: Type.Enum(checks),
  severity: Type.Enum(severities),
  message: Type.String({ description: 'one sentence: what is the matter' }),
  remedy: Type.String({ description: 'one sentence: what to do' }),
});
const Answer = Type.Object({
  findings: Type.Array(Finding, { description: 'the worst first' }),
  checks: Type.Array(Type.Enum(checks), { description: 'what was looked at' }),
});

export const doctor: Routes = (app, { examine }) => {
  app.get(
    '/api/doctor',
    {
      config: { rule: 'settings' },
      schema: { summary: 'What may be wrong with this home, and what to do', response: answers(Answer) },
    },
    async () => {
      if (!examine) throw notFound('A public server has nothing to be looked at.');
      return examine();
    },
  );
};
