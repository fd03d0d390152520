/** A file is handed over to be kept, never to be shown or run by the browser that fetched it. */
export function fileHeaders(
  file: Readonly<{ fileName: string; contentType: string; sizeBytes: number; sha256: string }>,
): Record<string, string> {
  return {
    'content-type': file.contentType,
    'content-length': String(file.sizeBytes),
    'content-disposition': dispositionOf(file.fileName),
    etag: `"${file.sha256}"`,
    'accept-ranges': 'none',
    'cache-control': 'private, no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'cross-origin-resource-policy': 'same-site',
    'referrer-policy': 'no-referrer',
  };
}

/** RFC 6266: a name in ASCII for the oldest programs, and the real one (RFC 5987) for all others. */
function dispositionOf(fileName: string): string {
  const plain = fileName.replace(/[^\x20-\x7e]/g, '_').replace(/["\\%]/g, '_');
  const exact = encodeURIComponent(fileName).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`;
}
