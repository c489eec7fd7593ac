import { entry } from './entry.ts'

/** Rules as people write them. */
export const ruleErrors = {
  'rules.invalid': entry(
    422,
    '规则有误，沿用上一份',
    'Rules are wrong; the last good ones hold',
    '按行号改正（lines）；改好文件即自动生效',
    'Mend the named lines (`lines`); a mended file comes into force by itself',
  ),
  'rules.obsolete': entry(
    null,
    '存下的规则本版本已不认识，改用配置的规则',
    'The stored rules are unknown to this version; the configured ones hold',
    '改正后用 PUT /api/v1/rules 重新设置；DELETE 则认可配置的规则',
    'Mend them and set them again with PUT /api/v1/rules; DELETE accepts the configured ones',
  ),
} as const
