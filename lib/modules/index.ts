export { type CopyArgs, copy } from './copy.ts'
export { type FileArgs, file } from './file.ts'
