export type { TemplateSource } from './source.ts'
export { type Template, compileTemplate } from './template.ts'
