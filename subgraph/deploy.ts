import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

// Deploying to a graph-node: the build's files go to IPFS, and the admin port is told the manifest's id. On one machine IPFS
// is a folder: gnd reads a deployment's files from its working directory, under their ids.

/** A running IPFS shim. */
export type Ipfs = {
  /** For `deploySubgraph` and for gnd. */
  url: string
  /** Where the content lies, under its ids: gnd's working directory. */
  dir: string
  close(): Promise<void>
}

/**
 * Serves what graph-node and its tools need of IPFS from a folder: `add`, `cat` and `version` of the RPC API, and
 * `HEAD /ipfs/…`, which gnd asks at its start and which is answered 412, "not held here", as a gateway would.
 * Listens on loopback only.
 * @param port 0 for any free port
 */
export const startIpfs = async (dir: string, port = 0): Promise<Ipfs> => {
  mkdirSync(dir, { recursive: true })
  const server = createServer((request, response) => {
    answer(dir, request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error))
    })
  })
  await listen(server, port)
  const { port: bound } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${bound}`,
    dir,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const listen = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve()
    })
  })

const answer = async (dir: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const url = new URL(request.url ?? '/', 'http://ipfs')
  const json = (value: unknown): void => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(`${JSON.stringify(value)}\n`)
  }
  if (request.method === 'HEAD') {
    response.writeHead(412).end()
  } else if (url.pathname === '/api/v0/version') {
    json({ Version: '0.0.0-prorata' })
  } else if (url.pathname === '/api/v0/add' && request.method === 'POST') {
    // The platform's own parser reads the multipart form.
    const body = new Response(new Uint8Array(await bodyOf(request)), {
      headers: { 'content-type': request.headers['content-type'] ?? '' },
    })
    const file = (await body.formData()).get('file')
    if (!(file instanceof Blob)) {
      response.writeHead(400).end('add needs a form with one part named file')
      return
    }
    const content = Buffer.from(await file.arrayBuffer())
    const id = contentId(content)
    // Written aside and renamed: whoever reads sees all of it or none.
    if (!existsSync(join(dir, id))) {
      writeFileSync(join(dir, `${id}.part`), content)
      renameSync(join(dir, `${id}.part`), join(dir, id))
    }
    json({ Name: file instanceof File ? file.name : id, Hash: id, Size: String(content.length) })
  } else if (url.pathname === '/api/v0/cat' || url.pathname.startsWith('/ipfs/')) {
    const id = (url.searchParams.get('arg') ?? url.pathname).replace(/^\/ipfs\//, '')
    if (!/^Qm[1-9A-HJ-NP-Za-km-z]{44}$/.test(id) || !existsSync(join(dir, id))) {
      response.writeHead(404).end(`no content ${id}`)
      return
    }
    response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(readFileSync(join(dir, id)))
  } else {
    response.writeHead(404).end('this serves add, cat and version of the IPFS RPC API')
  }
}

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/**
 * A CIDv0: base58 of the sha2-256 multihash of the content as one UnixFS block. The id that IPFS gives to files of up to
 * 256 KiB; longer ones, which IPFS cuts, are one block here.
 */
export const contentId = (content: Uint8Array): string => {
  const size = varint(content.length)
  // UnixFS: type 2 (file), data, file size. dag-pb: that, as the node's data.
  const file = Buffer.concat([Buffer.from([8, 2, 0x12]), size, content, Buffer.from([0x18]), size])
  const node = Buffer.concat([Buffer.from([0x0a]), varint(file.length), file])
  return base58(Buffer.concat([Buffer.from([0x12, 0x20]), createHash('sha256').update(node).digest()]))
}

const varint = (value: number): Buffer => {
  const bytes: number[] = []
  let rest = value
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80)
    rest >>>= 7
  }
  return Buffer.from([...bytes, rest])
}

const base58 = (bytes: Buffer): string => {
  const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
  let text = ''
  for (let rest = BigInt(`0x${bytes.toString('hex')}`); rest > 0n; rest /= 58n) {
    text = alphabet.charAt(Number(rest % 58n)) + text
  }
  return text
}

export type DeployOptions = {
  /** The admin JSON-RPC port of the graph-node. */
  adminUrl: string
  ipfsUrl: string
  /** The subgraph's name, such as `prorata`. */
  name: string
  /** A folder that `buildSubgraph` made. */
  buildDir: string
}

/**
 * Deploys a built subgraph, and returns its deployment id. The same build to the same node is the same deployment: it goes
 * on from where it was.
 * @throws Error where IPFS or the node refuses
 */
export const deploySubgraph = async ({
  adminUrl,
  ipfsUrl,
  name,
  buildDir,
}: DeployOptions): Promise<string> => {
  const uploaded = new Map<string, Promise<string>>()
  const upload = (path: string): Promise<string> => {
    const known = uploaded.get(path) ?? add(ipfsUrl, path, readFileSync(join(buildDir, path)))
    uploaded.set(path, known)
    return known
  }
  const lines = readFileSync(join(buildDir, 'subgraph.yaml'), 'utf8').split('\n')
  const linked = await Promise.all(
    lines.map(async (line) => {
      const [, key, path] = /^([ -]*file: )(.+)$/.exec(line) ?? []
      return key === undefined || path === undefined ? line : `${key}{ "/": "/ipfs/${await upload(path)}" }`
    }),
  )
  const id = await add(ipfsUrl, 'subgraph.yaml', Buffer.from(linked.join('\n')))
  await admin(adminUrl, 'subgraph_create', { name }, /already exists/)
  await admin(adminUrl, 'subgraph_deploy', { name, ipfs_hash: id })
  return id
}

const add = async (ipfsUrl: string, name: string, content: Uint8Array): Promise<string> => {
  const form = new FormData()
  form.append('file', new Blob([new Uint8Array(content)]), name)
  const response = await fetch(`${ipfsUrl}/api/v0/add?pin=true`, { method: 'POST', body: form })
  const text = await response.text()
  if (!response.ok) throw new Error(`IPFS at ${ipfsUrl} did not take ${name}: ${response.status} ${text}`)
  const { Hash: id } = JSON.parse(text.split('\n')[0] ?? '') as { Hash: string }
  return id
}

/** One call to the admin port; an error that matches `fine` is none. */
const admin = async (
  url: string,
  method: string,
  params: Record<string, string>,
  fine?: RegExp,
): Promise<void> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`graph-node at ${url} refused ${method}: ${response.status} ${text}`)
  const { error } = JSON.parse(text) as { error?: { message: string } }
  if (error && !fine?.test(error.message)) throw new Error(`graph-node refused ${method}: ${error.message}`)
}
