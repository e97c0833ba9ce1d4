import { checkWords } from '../words/check.ts'

/** The address of the node that is asked; empty or no address means none. */
export function NodeField({ url, choose }: { url: string; choose: (url: string) => void }) {
  const text = checkWords.replay
  const isBad = url !== '' && !isNodeUrl(url)
  return (
    <div className="field">
      <label htmlFor="node-url">{text.url}</label>
      <input
        id="node-url"
        type="url"
        inputMode="url"
        value={url}
        placeholder="https://"
        onInput={(event) => choose(event.currentTarget.value.trim())}
        autoComplete="off"
        spellCheck={false}
        aria-invalid={isBad}
        aria-describedby="node-hint"
      />
      <p id="node-hint" className={isBad ? 'field-error' : 'muted small'}>
        {isBad ? text.urlBad : url === '' ? checkWords.noRpc : text.urlHint}
      </p>
    </div>
  )
}

export function isNodeUrl(text: string): boolean {
  return /^https?:\/\/./.test(text) && URL.canParse(text)
}
