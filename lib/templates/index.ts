export type { TemplateSource } from './source.ts'
export { type Template, type TemplateParts, compileTemplate } from './template.ts'
