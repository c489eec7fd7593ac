import { entry } from './entry.ts'

/** Organisation, duty list, dispatch. */
export const orgErrors = {
  'org.unit-in-use': entry(
    409,
    '这个单位还有下级、职责或未结工单',
    'Units, duties or open tickets still hang on this unit',
    '先把它们转给别的单位，再停用',
    'Give them to another unit first, then end it',
  ),
  'org.unit-ring': entry(
    400,
    '单位不能隶属于自己或自己的下级',
    'A unit cannot lie below itself',
    '另选上级单位',
    'Choose another parent',
  ),
  'dispute.ruled': entry(
    409,
    '已经裁定，裁定有约束力',
    'It has been ruled on, and the ruling binds',
    '见争议记录里的裁定；有新情况请主管部门改权责清单',
    'See the ruling; where things have changed, have the duty list changed',
  ),
} as const
