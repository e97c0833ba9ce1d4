// Telling what changed, once: messages wait in the database until they are taken, and keep their id through every attempt.
// Their form is that of Standard Webhooks (webhook-id, webhook-timestamp, webhook-signature).
import { asked } from '../database.ts'
import type { Env } from '../env.ts'
import { logged } from '../log.ts'
import { type Finding, problem } from './finding.ts'

const ATTEMPTS = 3
const PAUSE_MS = 500
const TIMEOUT_MS = 5000
/** What nobody took for so long is out of date: the status tells what stands. */
const KEEP_SECONDS = 7 * 86_400
const MESSAGES_A_RUN = 10

type Settings = { url: string; key: Uint8Array<ArrayBuffer> | null }

const keyOf = (secret: string): Uint8Array<ArrayBuffer> | null => {
  const [, base64] = /^whsec_([A-Za-z0-9+/]{32,88}={0,2})$/.exec(secret) ?? []
  if (base64 === undefined) return null
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  } catch {
    return null
  }
}

/** Where to tell; null where nowhere, or a finding that says which setting is wrong, without what it says. */
export const webhookOf = (env: Env): Settings | Finding | null => {
  const { WATCH_WEBHOOK: url, WATCH_WEBHOOK_SECRET: secret } = env
  if (!url) return null
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    return problem('webhook.settings', 'WATCH_WEBHOOK of this Worker must be an http or https address')
  }
  const key = secret ? keyOf(secret) : null
  if (secret && key === null) {
    return problem(
      'webhook.settings',
      'WATCH_WEBHOOK_SECRET of this Worker must be whsec_ and 24 to 64 bytes in base64',
    )
  }
  return { url, key }
}

const signed = async (key: Uint8Array<ArrayBuffer>, content: string): Promise<string> => {
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  const imported = await crypto.subtle.importKey('raw', key, hmac, false, ['sign'])
  const bytes = new Uint8Array(await crypto.subtle.sign('HMAC', imported, new TextEncoder().encode(content)))
  return `v1,${btoa(String.fromCharCode(...bytes))}`
}

/** One attempt. @returns null when it was taken, or why not; never with the address, which may hold a key */
const attempt = async ({ url, key }: Settings, id: string, body: string): Promise<string | null> => {
  const timestamp = Math.floor(Date.now() / 1000).toString()
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
  }
  if (key !== null) headers['webhook-signature'] = await signed(key, `${id}.${timestamp}.${body}`)
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal })
    await response.body?.cancel()
    return response.ok ? null : `status ${response.status}`
  } catch (error) {
    return error instanceof Error && error.name === 'TimeoutError' ? 'no answer in time' : 'not reachable'
  }
}

/** Tells one message, with a few attempts. @returns whether it was taken */
export const tell = async (settings: Settings, id: string, body: string): Promise<boolean> => {
  let reason: string | null = null
  for (let tries = 1; tries <= ATTEMPTS; tries++) {
    reason = await attempt(settings, id, body)
    if (reason === null) return true
    if (tries < ATTEMPTS) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * tries))
  }
  logged('warn', 'webhook', { message: `A message was not taken: ${reason}`, id })
  return false
}

/** Keeps a message in the transaction that the findings change in. */
export const messageStatement = (
  env: Env,
  body: object,
  now: number,
  condition: { source: string; revision: number },
): D1PreparedStatement =>
  env.DB.prepare(
    `INSERT INTO webhook_messages (id, body, created_at)
     SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM watches WHERE source = ?4 AND revision = ?5)`,
  ).bind(crypto.randomUUID(), JSON.stringify(body), now, condition.source, condition.revision)

/**
 * Tells what waits, in order; stops at the first that is not taken, which the next run tries again.
 * @returns how many were told
 */
export const tellWaiting = async (env: Env, settings: Settings, now: number): Promise<number> => {
  const { results } = await asked(async () => {
    await env.DB.prepare('DELETE FROM webhook_messages WHERE created_at < ?1')
      .bind(now - KEEP_SECONDS)
      .run()
    return env.DB.prepare('SELECT id, body FROM webhook_messages ORDER BY number LIMIT ?1')
      .bind(MESSAGES_A_RUN)
      .all<{ id: string; body: string }>()
  })
  for (const [told, { id, body }] of results.entries()) {
    if (!(await tell(settings, id, body))) return told
    await asked(() => env.DB.prepare('DELETE FROM webhook_messages WHERE id = ?1').bind(id).run())
  }
  return results.length
}
