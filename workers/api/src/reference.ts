// The OpenAPI document as a page to read: no script, nothing from anywhere else.
import { markup } from './atom.ts'
import type { Document, Media, Operation, Parameter, Schema } from './document.ts'

export const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --quiet: #767676; font: 16px/1.5 system-ui, sans-serif }
@media (prefers-color-scheme: dark) { :root { --quiet: #9a9a9a } }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem }
h2 { border-bottom: 1px solid var(--line); margin-top: 3rem }
h3 { margin: 2.5rem 0 .5rem; font-size: 1.05rem }
h3 a { color: inherit; text-decoration: none }
h3 a:focus-visible, h3 a:hover { text-decoration: underline }
code, pre { font: .875rem/1.5 ui-monospace, monospace }
pre { background: var(--soft); border-radius: 4px; overflow: auto; max-height: 24rem; padding: .75rem }
table { border-collapse: collapse; width: 100%; font-size: .9rem }
th, td { border-bottom: 1px solid var(--line); padding: .35rem .75rem .35rem 0; text-align: left; vertical-align: top }
th { font-weight: 600 }
nav ul { list-style: none; padding: 0; columns: 2 20rem }
.method { border: 1px solid var(--line); border-radius: 4px; padding: 0 .4rem; text-transform: uppercase; font-size: .75rem }
.quiet { color: var(--quiet) }
details { margin: .5rem 0 }
summary { cursor: pointer }
`

const nameOf = ($ref: string): string => $ref.replace('#/components/schemas/', '')

const typeOf = (schema: Schema): string => {
  if (schema.$ref !== undefined) {
    const name = nameOf(schema.$ref)
    return `<a href="#schema-${markup(name)}">${markup(name)}</a>`
  }
  if (schema.enum)
    return schema.enum.map((value) => `<code>${markup(JSON.stringify(value))}</code>`).join(' or ')
  if (schema.items) return `list of ${typeOf(schema.items)}`
  const parts = schema.anyOf ?? schema.allOf
  if (parts) return parts.map(typeOf).join(schema.anyOf ? ' or ' : ' with ')
  const types = [schema.type ?? 'object'].flat()
  return types.map((type) => markup(type)).join(' or ')
}

const fieldsOf = (schema: Schema): string => {
  const rows = Object.entries(schema.properties ?? {}).map(([name, each]) => {
    const optional = schema.required?.includes(name) ? '' : ' <span class="quiet">may be missing</span>'
    return `<tr><th scope="row"><code>${markup(name)}</code>${optional}</th><td>${typeOf(each)}</td><td>${markup(each.description ?? '')}</td></tr>`
  })
  if (rows.length === 0) return schema.items ? `<p>A ${typeOf(schema)}.</p>` : ''
  return `<table><thead><tr><th scope="col">Field</th><th scope="col">Is</th><th scope="col">Means</th></tr></thead><tbody>${rows.join('')}</tbody></table>`
}

const exampleHtml = (value: unknown): string =>
  `<pre tabindex="0"><code>${markup(typeof value === 'string' ? value : JSON.stringify(value, null, 2))}</code></pre>`

const mediaHtml = (type: string, media: Media): string => {
  const form = type.endsWith('json') ? `: ${typeOf(media.schema)}` : ''
  const about = media.schema.description ?? ''
  return `<details><summary><code>${markup(type)}</code>${form}</summary>${about && `<p>${markup(about)}</p>`}${exampleHtml(media.example)}</details>`
}

const parametersHtml = (parameters: readonly Parameter[]): string => {
  if (parameters.length === 0) return ''
  const rows = parameters.map(
    ({ name, in: place, required, description, schema, example }) =>
      `<tr><th scope="row"><code>${markup(name)}</code>${required ? '' : ' <span class="quiet">optional</span>'}</th><td>${place}, ${typeOf(schema)}</td><td>${markup(description ?? schema.description ?? '')} <span class="quiet">e.g. <code>${markup(String(example))}</code></span></td></tr>`,
  )
  return `<table><thead><tr><th scope="col">Parameter</th><th scope="col">Is</th><th scope="col">Means</th></tr></thead><tbody>${rows.join('')}</tbody></table>`
}

const operationHtml = (path: string, method: string, operation: Operation): string => {
  const { operationId, summary, description, parameters, requestBody, responses, security } = operation
  const good = Object.entries(responses).filter(([status]) => status < '300')
  const bad = Object.entries(responses).filter(([status]) => status >= '300')
  const bodies = Object.entries(requestBody?.content ?? {})
  return [
    `<section aria-labelledby="${operationId}"><h3 id="${operationId}"><a href="#${operationId}"><span class="method">${method}</span> <code>${markup(path)}</code></a></h3>`,
    `<p>${markup(summary)}.${description ? ` ${markup(description)}` : ''}${security ? ' Needs the issuer’s secret.' : ''}</p>`,
    parametersHtml(parameters ?? []),
    ...bodies.map(([type, media]) => `<p>The body:</p>${mediaHtml(type, media)}`),
    ...good.map(([status, { description: about, content }]) => {
      const medias = Object.entries(content ?? {}).map(([type, media]) => mediaHtml(type, media))
      return `<p><strong>${status}</strong> ${markup(about)}</p>${medias.join('')}`
    }),
    `<p class="quiet">${bad.map(([status, { description: about }]) => `${status} ${markup(about)}`).join(' · ')}</p></section>`,
  ].join('\n')
}

/** The whole document on one page. */
export const referenceHtml = (document: Document): string => {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  const sections = document.tags.map(({ name, description }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name))
    const parts = own.map(({ path, method, operation }) => operationHtml(path, method, operation))
    return `<h2 id="${markup(name)}">${markup(name)}</h2><p>${markup(description)}.</p>${parts.join('\n')}`
  })
  const schemas = Object.entries(document.components.schemas).map(
    ([name, schema]) =>
      `<section><h3 id="schema-${markup(name)}">${markup(name)}</h3>${schema.description ? `<p>${markup(schema.description)}</p>` : ''}${fieldsOf(schema)}</section>`,
  )
  const links = operations.map(
    ({ path, method, operation }) =>
      `<li><a href="#${operation.operationId}"><span class="method">${method}</span> <code>${markup(path)}</code></a></li>`,
  )
  const { title, version, description } = document.info
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${markup(title)} API ${markup(version)}</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>${markup(title)} API ${markup(version)}</h1>
<p>${markup(description)} For programs: <a href="/openapi.json">openapi.json</a> (OpenAPI ${markup(document.openapi)}).</p></header>
<nav aria-label="Routes"><ul>${links.join('')}</ul></nav>
<main>
${sections.join('\n')}
<h2 id="schemas">Forms</h2>
${schemas.join('\n')}
</main>
</body>
</html>
`
}
