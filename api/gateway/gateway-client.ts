import type { BacktestAnswer, BacktestRequest } from '../../contracts/backtest.ts'
import type { CareItem, CareSignReport } from '../../contracts/care.ts'
import { CodedError, type ErrorCode, errorTable } from '../../contracts/errors.ts'
import type { ExplainRequest, GatewayExplanation } from '../../contracts/explain.ts'
import type { GatewayHealth } from '../../contracts/health.ts'
import type { ParkingAnswer, TerminalReport } from '../../contracts/http/access.ts'
import type {
  CareAnswer,
  CommandOutcome,
  CommandRequest,
  DeviceState,
  EnrolAnswer,
  EnrolRequest,
  ForgetAnswer,
  OpenRequest,
  RedactPhotoAnswer,
  TelemetryAnswer,
} from '../../contracts/private-api.ts'
import type { Roster, RosterChange } from '../../contracts/roster.ts'
import type { RulesCheck, RulesInForce } from '../../contracts/rules.ts'

export interface GatewayClient {
  /** False where no address is configured: the api runs by itself. */
  readonly configured: boolean
  health(): Promise<GatewayHealth>
  putRoster(roster: Roster): Promise<number>
  /** Throws `gateway.roster-version` when the change does not follow. */
  patchRoster(change: RosterChange): Promise<number>
  devices(community: string): Promise<readonly DeviceState[]>
  telemetry(device: string, query: Readonly<Record<string, string>>): Promise<TelemetryAnswer>
  care(community: string): Promise<readonly CareItem[]>
  careSign(report: CareSignReport): Promise<void>
  command(request: CommandRequest): Promise<CommandOutcome>
  /** Passes on `face.not-usable`, `face.mismatch` and `face.duplicate` with what the box says of each picture. */
  enrol(request: EnrolRequest): Promise<EnrolAnswer>
  /** Also where there was no such template. */
  forget(template: string): Promise<ForgetAnswer>
  /** A photo without faces and plates; throws `photo.unmasked` where the box cannot vouch for that. */
  redact(jpeg: Buffer): Promise<RedactPhotoAnswer>
  open(what: 'doors' | 'barriers', device: string, request: OpenRequest): Promise<CommandOutcome>
  parking(community: string): Promise<ParkingAnswer>
  terminalReport(community: string, device: string, report: TerminalReport): Promise<void>
  /** Replays the box's log; takes seconds, at most two minutes. */
  backtest(request: BacktestRequest): Promise<BacktestAnswer>
  explain(request: ExplainRequest): Promise<GatewayExplanation>
  rules(): Promise<RulesInForce>
  checkRules(text: string): Promise<RulesCheck>
  /** Throws `rules.invalid` with `lines`; so does going back to a file that is broken. */
  setRules(text: string, by: string): Promise<RulesInForce>
  resetRules(by: string): Promise<RulesInForce>
  /** The answer as it comes, for pictures and streams; the caller reads or cancels the body. */
  raw(path: string, signal?: AbortSignal): Promise<Response>
}

export interface GatewayClientOptions {
  readonly url: string | null
  readonly serviceToken: string | null
  readonly timeoutMs?: number
}

interface Call {
  readonly method?: string
  readonly body?: unknown
  readonly timeoutMs?: number
  readonly signal?: AbortSignal | undefined
}

/**
 * The gateway's private interface. Its coded refusals are passed on as they are; everything else that
 * goes wrong between the two is `gateway.unreachable`. Each call has a time limit.
 */
export function createGatewayClient(options: GatewayClientOptions): GatewayClient {
  const { url, serviceToken, timeoutMs = 2_000 } = options

  async function call(path: string, call: Call = {}): Promise<Response> {
    if (url === null) throw new CodedError('gateway.unreachable', 'no gateway is configured')
    const timeout = AbortSignal.timeout(call.timeoutMs ?? timeoutMs)
    const signal = call.signal ?? timeout
    let response: Response
    try {
      response = await fetch(new URL(path, url), {
        method: call.method ?? 'GET',
        signal,
        headers: {
          authorization: `Bearer ${serviceToken ?? ''}`,
          ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      })
    } catch (error) {
      throw new CodedError('gateway.unreachable', reasonOf(error))
    }
    if (!response.ok) throw await refusalOf(response)
    return response
  }
  async function json<T>(path: string, options?: Call): Promise<T> {
    const response = await call(path, options)
    try {
      return (await response.json()) as T
    } catch (error) {
      throw new CodedError('gateway.unreachable', reasonOf(error))
    }
  }

  return {
    configured: url !== null,
    health: () => json<GatewayHealth>('/health', { timeoutMs: 1_000 }),
    putRoster: async (roster) =>
      (
        await json<{ version: number }>('/roster', {
          method: 'PUT',
          body: roster,
          timeoutMs: 10_000,
        })
      ).version,
    patchRoster: async (change) =>
      (await json<{ version: number }>('/roster', { method: 'PATCH', body: change })).version,
    devices: async (community) =>
      (await json<{ items: DeviceState[] }>(`/devices?${inCommunity(community)}`)).items,
    telemetry: (device, query) =>
      json<TelemetryAnswer>(
        `/devices/${encodeURIComponent(device)}/telemetry?${new URLSearchParams(query).toString()}`,
        { timeoutMs: 10_000 },
      ),
    care: async (community) => (await json<CareAnswer>(`/care?${inCommunity(community)}`)).items,
    careSign: async (report) => {
      const response = await call('/care/signs', { method: 'POST', body: report })
      await response.body?.cancel()
    },
    command: (request) =>
      json<CommandOutcome>('/commands', {
        method: 'POST',
        body: request,
        timeoutMs: request.ttlMs + timeoutMs,
      }),
    ...accessCalls(json, call),
    ...ruleCalls(json),
    raw: (path, signal) => call(path, { signal }),
  }
}

type Json = <T>(path: string, options?: Call) => Promise<T>

/** Faces, photos, doors, barriers. */
function accessCalls(
  json: Json,
  call: (path: string, options?: Call) => Promise<Response>,
): Pick<GatewayClient, 'enrol' | 'redact' | 'forget' | 'open' | 'parking' | 'terminalReport'> {
  return {
    enrol: (body) => json<EnrolAnswer>('/faces', { method: 'POST', body, timeoutMs: enrolMs }),
    redact: (jpeg) =>
      json<RedactPhotoAnswer>('/redact', {
        method: 'POST',
        body: { picture: jpeg.toString('base64') },
        timeoutMs: enrolMs,
      }),
    forget: (template) =>
      json<ForgetAnswer>(`/faces/${encodeURIComponent(template)}`, { method: 'DELETE' }),
    open: (what, device, body) =>
      json<CommandOutcome>(`/${what}/${encodeURIComponent(device)}/open`, {
        method: 'POST',
        body,
        timeoutMs: openMs,
      }),
    parking: (community) => json<ParkingAnswer>(`/parking?${inCommunity(community)}`),
    terminalReport: async (community, device, body) => {
      const path = `/terminals/${encodeURIComponent(device)}/events?${inCommunity(community)}`
      const response = await call(path, { method: 'POST', body })
      await response.body?.cancel()
    },
  }
}

const ruleCalls = (
  json: Json,
): Pick<
  GatewayClient,
  'rules' | 'checkRules' | 'setRules' | 'resetRules' | 'backtest' | 'explain'
> => ({
  backtest: (body) =>
    json<BacktestAnswer>('/backtest', { method: 'POST', body, timeoutMs: replayMs }),
  explain: (body) =>
    json<GatewayExplanation>('/explain', { method: 'POST', body, timeoutMs: replayMs }),
  rules: () => json<RulesInForce>('/rules', { timeoutMs: rulesMs }),
  checkRules: (text) =>
    json<RulesCheck>('/rules/check', { method: 'POST', body: { text }, timeoutMs: rulesMs }),
  setRules: (text, by) =>
    json<RulesInForce>('/rules', { method: 'PUT', body: { text, by }, timeoutMs: rulesMs }),
  resetRules: (by) =>
    json<RulesInForce>('/rules', { method: 'DELETE', body: { by }, timeoutMs: rulesMs }),
})

/** Reading a large text between commits. */
const rulesMs = 10_000
/** The box stops a replay by itself before. */
const replayMs = 130_000
/** Three pictures of 12 MB through detector and embedding, behind whatever is in the queue. */
const enrolMs = 20_000
/** A command's time to live on a door, and the way there and back. */
const openMs = 20_000

const inCommunity = (community: string): string => `community=${encodeURIComponent(community)}`

function reasonOf(error: unknown): string {
  const cause = (error as { readonly cause?: unknown }).cause
  const detail = cause instanceof Error ? cause : error
  return detail instanceof Error ? detail.message : String(detail)
}

/** A coded refusal keeps its code; the gateway's own troubles are not ours to name. */
async function refusalOf(response: Response): Promise<CodedError> {
  let problem: Record<string, unknown> = {}
  try {
    problem = (await response.json()) as typeof problem
  } catch {
    await response.body?.cancel()
  }
  const {
    type: _type,
    title: _title,
    status: _status,
    hint: _hint,
    code,
    detail,
    ...more
  } = problem
  // What the box lacks is for people to know by its own name: the cable is not to blame.
  const known =
    typeof code === 'string' &&
    code in errorTable &&
    (response.status < 500 || code.startsWith('model.') || code === 'photo.unmasked')
  const passes = known && code !== 'auth.required'
  return new CodedError(
    passes ? (code as ErrorCode) : 'gateway.unreachable',
    typeof detail === 'string' ? detail : `gateway answered ${response.status}`,
    passes ? more : {},
  )
}
