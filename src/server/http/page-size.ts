/**
 * How many of something a request asks for: at least 1; whoever asks for more than there is at once gets as many as
 * there are at once.
 */
import { Type } from 'typebox';

/** What a request may ask for at once, and what it gets where it does not say. */
export interface Bounds {
  most: number;
  usual: number;
}

/** The number in the query, as a schema. */
export const limit = ({ most, usual }: Bounds) =>
  Type.Optional(Type.Integer({ minimum: 1, description: `default ${usual}; more than ${most} is taken as ${most}` }));

/** How many are meant by a number that fits the schema. */
export const within = ({ most, usual }: Bounds, asked = usual): number => Math.min(asked, most);
