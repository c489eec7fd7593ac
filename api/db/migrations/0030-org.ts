import type { Migration } from 'kysely'
import { index, table } from '../columns.ts'

/** Units that people may change, who holds which post, the duty list and what was disputed about it. */
export const org = (): Migration => ({
  async up(db) {
    await table(db, 'units', {
      id: 'text',
      kind: 'text',
      parent: 'text?',
      zh: 'text',
      en: 'text',
      /** JSON: lat, lon. */
      position: 'text?',
      created_at: 'int',
      updated_at: 'int',
      ended_at: 'int?',
    }).execute()
    await table(db, 'posts', {
      id: 'text',
      unit: 'text',
      user_id: 'text',
      post: 'text',
      from_at: 'int',
      to_at: 'int?',
      by_name: 'text',
      created_at: 'int',
    }).execute()
    await index(db, 'posts', ['unit', 'to_at'])
    await index(db, 'posts', ['user_id'])
    await table(db, 'duties', {
      id: 'text',
      category: 'text',
      area: 'text?',
      unit: 'text',
      from_at: 'int',
      to_at: 'int?',
      reason: 'text?',
      dispute: 'text?',
      by_id: 'text',
      by_name: 'text',
      created_at: 'int',
    }).execute()
    await index(db, 'duties', ['category', 'from_at'])
    await index(db, 'duties', ['unit', 'to_at'])
    await table(db, 'duty_disputes', {
      id: 'text',
      ticket_id: 'text',
      community: 'text',
      category: 'text?',
      area: 'text?',
      unit: 'text',
      proposed: 'text?',
      reason: 'text',
      opened_by: 'text',
      opened_at: 'int',
      ruled_unit: 'text?',
      ruled_reason: 'text?',
      ruled_by: 'text?',
      ruled_at: 'int?',
      duty: 'text?',
    }).execute()
    await index(db, 'duty_disputes', ['ticket_id', 'unit'], true)
    await index(db, 'duty_disputes', ['opened_at', 'id'])
    // What a unit has in hand.
    await index(db, 'tickets', ['unit', 'status'])
  },
})
