/** Where a restore is to end. `timeline` when it is not the newest one. */
export type Target = (
  | { readonly type: 'latest' }
  | { readonly type: 'time'; readonly time: Date }
  | { readonly type: 'lsn'; readonly lsn: string }
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'backup'; readonly label: string }
) & { readonly timeline?: number | undefined }
