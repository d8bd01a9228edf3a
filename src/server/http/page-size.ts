/** The page size of a list: at least 1; a request for more than the maximum gets the maximum. */
import { Type } from 'typebox';

/** The maximum page size, and the default. */
export interface Bounds {
  most: number;
  usual: number;
}

/** The schema of the query parameter. */
export const limit = ({ most, usual }: Bounds) =>
  Type.Optional(Type.Integer({ minimum: 1, description: `default ${usual}; more than ${most} counts as ${most}` }));

/** The page size for a valid parameter. */
export const within = ({ most, usual }: Bounds, asked = usual): number => Math.min(asked, most);
