import { Value } from 'typebox/value'
import { Notify, type NotifySettings } from '../../config/notify-schema.ts'

/** What holds where the configuration says nothing: the screen, quiet nights, no channel. */
export const defaultNotify = Value.Default(Notify, {}) as NotifySettings
