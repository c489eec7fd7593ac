import type { Role } from '../../../contracts/http/auth.ts'

export type Subject =
  | 'care'
  | 'cameras'
  | 'devices'
  | 'users'
  | 'stream'
  | 'broadcast'
  | 'keep-devices'
  | 'write-care'
  | 'notices'
  | 'receipts'

/** What a role may ask of the server; what it may not is neither shown nor asked. The server decides again. */
const allowed: Readonly<Record<Subject, readonly Role[]>> = {
  care: ['admin', 'staff', 'grid', 'supervisor'],
  cameras: ['admin', 'staff', 'grid', 'supervisor'],
  devices: ['admin', 'staff', 'grid', 'supervisor'],
  users: ['admin', 'staff', 'supervisor'],
  stream: ['admin', 'staff', 'grid', 'unit', 'supervisor'],
  broadcast: ['admin', 'staff'],
  'keep-devices': ['admin', 'staff'],
  'write-care': ['admin', 'staff', 'grid'],
  notices: ['admin', 'staff', 'grid', 'unit', 'supervisor'],
  receipts: ['admin', 'staff', 'supervisor'],
}

export const mayAsk = (role: Role | undefined, subject: Subject): boolean =>
  role !== undefined && allowed[subject].includes(role)
