import { operationSettings } from './operation-settings.ts';
import { requestSettings } from './request-settings.ts';
import { serviceSettings } from './service-settings.ts';
import type { Setting } from './setting.ts';
import { subscriptionSettings } from './subscription-settings.ts';
import { tracingSettings } from './tracing-settings.ts';
import { upstreamSettings } from './upstream-settings.ts';

/**
 * All settings, each declared once. The type of the parsed settings, the reference page and all messages are derived
 * from this table.
 */
export const settingTable = {
  ...serviceSettings,
  ...tracingSettings,
  ...upstreamSettings,
  ...requestSettings,
  ...operationSettings,
  ...subscriptionSettings,
};

type Table = typeof settingTable;

/** All settings, parsed. */
export type Settings = { readonly [Key in keyof Table]: Table[Key] extends Setting<infer Value> ? Value : never };

/** The limits on one operation. */
export type Limits = Pick<Settings, keyof typeof operationSettings>;
