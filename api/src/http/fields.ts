import { z } from 'zod';

/** Common fields of answers. */

export const id = z.uuid();
export const time = z.iso.datetime();
export const money = z
  .string()
  .regex(/^-?\d+(\.\d+)?$/)
  .meta({ example: '25.00' });
export const metadata = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
export const asset = z.string().meta({ example: 'USD' });
