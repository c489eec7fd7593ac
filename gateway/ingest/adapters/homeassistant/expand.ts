type Json = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The short keys that matter here; unknown keys stay as they are. */
const abbreviations: Readonly<Record<string, string>> = {
  atype: 'automation_type',
  avty: 'availability',
  avty_mode: 'availability_mode',
  avty_t: 'availability_topic',
  avty_tpl: 'availability_template',
  cmd_t: 'command_topic',
  cmps: 'components',
  cmp: 'components',
  cont_type: 'content_type',
  def_ent_id: 'default_entity_id',
  dev: 'device',
  dev_cla: 'device_class',
  e: 'encoding',
  en: 'enabled_by_default',
  ent_cat: 'entity_category',
  evt_typ: 'event_types',
  exp_aft: 'expire_after',
  frc_upd: 'force_update',
  ic: 'icon',
  img_e: 'image_encoding',
  img_t: 'image_topic',
  json_attr_t: 'json_attributes_topic',
  json_attr_tpl: 'json_attributes_template',
  migr_discvry: 'migrate_discovery',
  o: 'origin',
  obj_id: 'object_id',
  off_dly: 'off_delay',
  ops: 'options',
  p: 'platform',
  pl: 'payload',
  pl_avail: 'payload_available',
  pl_home: 'payload_home',
  pl_not_avail: 'payload_not_available',
  pl_not_home: 'payload_not_home',
  pl_off: 'payload_off',
  pl_on: 'payload_on',
  pl_rst: 'payload_reset',
  ret: 'retain',
  src_type: 'source_type',
  stat_cla: 'state_class',
  stat_off: 'state_off',
  stat_on: 'state_on',
  stat_t: 'state_topic',
  stat_val_tpl: 'state_value_template',
  stype: 'subtype',
  sug_dsp_prc: 'suggested_display_precision',
  t: 'topic',
  uniq_id: 'unique_id',
  unit_of_meas: 'unit_of_measurement',
  url_t: 'url_topic',
  val_tpl: 'value_template',
}

const deviceAbbreviations: Readonly<Record<string, string>> = {
  cns: 'connections',
  cu: 'configuration_url',
  hw: 'hw_version',
  ids: 'identifiers',
  mdl: 'model',
  mdl_id: 'model_id',
  mf: 'manufacturer',
  sa: 'suggested_area',
  sn: 'serial_number',
  sw: 'sw_version',
}

const originAbbreviations: Readonly<Record<string, string>> = {
  sw: 'sw_version',
  url: 'support_url',
}

const lengthen = (from: Json, names: Readonly<Record<string, string>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(from).map(([key, value]) => [
      Object.hasOwn(names, key) ? names[key] : key,
      value,
    ]),
  )

/** Short keys into long ones, then `~`: in this order, as Home Assistant does it. */
export function expandConfig(given: Json): Json {
  const config = lengthen(given, abbreviations)
  if (isObject(config['device'])) config['device'] = lengthen(config['device'], deviceAbbreviations)
  if (isObject(config['origin'])) config['origin'] = lengthen(config['origin'], originAbbreviations)
  if (isObject(config['components']))
    config['components'] = Object.fromEntries(
      Object.entries(config['components']).map(([key, part]) => [
        key,
        isObject(part) ? expandShallow(part) : part,
      ]),
    )
  expandAvailability(config)
  const base = config['~']
  if (typeof base === 'string') {
    applyBase(config, base)
    if (isObject(config['components']))
      for (const part of Object.values(config['components']))
        if (isObject(part)) applyBase(part, base)
  }
  return config
}

function expandShallow(part: Json): Record<string, unknown> {
  const config = lengthen(part, abbreviations)
  expandAvailability(config)
  const base = config['~']
  if (typeof base === 'string') applyBase(config, base)
  return config
}

function expandAvailability(config: Record<string, unknown>): void {
  const { availability } = config
  const list = Array.isArray(availability)
    ? availability
    : isObject(availability)
      ? [availability]
      : null
  if (list === null) return
  config['availability'] = list.map((entry) =>
    isObject(entry) ? lengthen(entry, abbreviations) : entry,
  )
}

/** Only in keys that end in `topic`, and only where the value begins or ends with it. */
function applyBase(config: Record<string, unknown>, base: string): void {
  for (const [key, value] of Object.entries(config))
    if (key.endsWith('topic')) config[key] = withBase(value, base)
  const { availability } = config
  if (Array.isArray(availability))
    for (const entry of availability as unknown[])
      if (isObject(entry))
        (entry as Record<string, unknown>)['topic'] = withBase(entry['topic'], base)
}

function withBase(value: unknown, base: string): unknown {
  if (typeof value !== 'string') return value
  if (value.startsWith('~')) return `${base}${value.slice(1)}`
  return value.endsWith('~') ? `${value.slice(0, -1)}${base}` : value
}
