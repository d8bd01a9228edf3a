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
      schema: { summary: 'The possible problems of this home, with their remedies', response: answers(DoctorAnswer) },
    },
    async () => {
      if (!examine) throw notFound('Health checks are not available on a public server.');
      return examine();
    },
  );
};
