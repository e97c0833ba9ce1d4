import { useEffect, useRef, useState } from 'react'
import type { Distribution, Hex } from '../api.ts'
import { useCheck } from '../hooks/useCheck.ts'
import { copyPlaces } from '../mirror/copy.ts'
import { useProgram } from '../program.ts'
import { checkWords as text } from '../words/check.ts'
import { CheckFacts } from './CheckFacts.tsx'
import { DocumentFiles, type PickedFile } from './DocumentFiles.tsx'
import { Findings } from './Findings.tsx'
import { isNodeUrl, NodeField } from './NodeField.tsx'
import { ReplayProgressBar } from './ReplayProgressBar.tsx'

/** Both checks of one payout, the node they ask, and the documents they read. */
export function CheckDesk({ id, chosen }: { id: Hex | null; chosen: Distribution | null }) {
  const { deployment, stated } = useProgram()
  const [rpcUrl, setRpcUrl] = useState(deployment.rpcUrl ?? '')
  const [files, setFiles] = useState<readonly PickedFile[]>([])
  const quick = useCheck('documents')
  const replay = useCheck('chain')
  const isReady = isNodeUrl(rpcUrl) && (id !== null || files.length > 0)
  const request = {
    rpcUrl,
    stated,
    id,
    transaction: chosen?.transaction ?? null,
    documents: files.map(({ bytes }) => bytes),
    server: serverUrl(),
    copies: copyPlaces(),
  }
  const startQuick = () => quick.start(request)
  useOnArrival(id !== null && isReady, startQuick)

  const manifest = replay.check.manifest ?? quick.check.manifest
  const wasTried = (stage: string) => stage !== 'idle' && stage !== 'cancelled'
  return (
    <>
      {(chosen !== null || manifest !== null) && <CheckFacts chosen={chosen} manifest={manifest} />}
      {id !== null || files.length > 0 ? (
        <>
          <section className="sheet" aria-labelledby="quick">
            <h2 id="quick">{text.quick.title}</h2>
            <p className="muted">{text.quick.text}</p>
            {rpcUrl === '' && <p className="muted">{text.noRpc}</p>}
            <Findings check={quick.check} />
            <div>
              <button
                type="button"
                className="button"
                disabled={!isReady || quick.check.stage === 'running'}
                onClick={startQuick}
              >
                {wasTried(quick.check.stage) ? text.quick.again : text.quick.run}
              </button>
            </div>
          </section>
          <section className="sheet" aria-labelledby="replay">
            <h2 id="replay">{text.replay.title}</h2>
            <p className="muted">{text.replay.text}</p>
            <NodeField url={rpcUrl} choose={setRpcUrl} />
            {replay.check.stage === 'running' && <ReplayProgressBar check={replay.check} />}
            {replay.check.stage === 'cancelled' && <p role="status">{text.replay.cancelled}</p>}
            <Findings check={replay.check} />
            <div>
              {replay.check.stage === 'running' ? (
                <button type="button" className="button button-quiet" onClick={replay.cancel}>
                  {text.replay.cancel}
                </button>
              ) : (
                <button
                  type="button"
                  className="button"
                  disabled={!isReady}
                  onClick={() => replay.start(request)}
                >
                  {wasTried(replay.check.stage) ? text.replay.again : text.replay.run}
                </button>
              )}
            </div>
          </section>
        </>
      ) : null}
      <DocumentFiles files={files} choose={setFiles} />
    </>
  )
}

/** Where the documents are: beside the page, so that a copy of page and documents works on any static server. */
function serverUrl(): string {
  return new URL('.', document.baseURI).href.replace(/\/$/, '')
}

/** Who came for this payout sees it checked without asking again. */
function useOnArrival(isReady: boolean, act: () => void): void {
  const done = useRef(false)
  useEffect(() => {
    if (!isReady || done.current) return
    done.current = true
    act()
  })
}
