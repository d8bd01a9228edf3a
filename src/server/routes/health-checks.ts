/** The possible problems of this home, for its owner. */
import { notFound } from '../../base/errors.js';
import type { Routes } from '../context.js';
import { DoctorAnswer } from '../../api/mesh-schemas.js';
import { answers } from '../../api/photo-schemas.js';

export const doctor: Routes = (app, { examine }) => {
  app.get(
    '/api/doctor',
    {
      config: { rule: 'settings' },
      schema: { summary: 'What may be wrong with this home, and what to do', response: answers(DoctorAnswer) },
    },
    async () => {
      if (!examine) throw notFound('A public server has nothing to be looked at.');
      return examine();
    },
  );
};
