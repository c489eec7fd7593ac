import type { AdapterConfig } from '../../../config/adapter-schema.ts'
import type { Adapter } from './adapter.ts'

/**
 * The adapters of one community, the most specific first: where two of them know one device, the first
 * has it and the other's word for it is dropped and counted.
 */
export function createAdapters(_config: AdapterConfig, _community: string): readonly Adapter[] {
  return []
}
