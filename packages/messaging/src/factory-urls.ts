/** Which plants have a vhost, or a broker, of their own: `factory-sh-01=amqp://…/sh,factory-bj-01=amqp://…/bj`. */
export type FactoryUrls = ReadonlyMap<string, string>;

/** Throws with words for whoever wrote the setting. */
export function readFactoryUrls(text: string): FactoryUrls {
  const urls = new Map<string, string>();
  for (const part of text.split(',').map((it) => it.trim())) {
    if (part === '') continue;
    const [factoryId = '', ...rest] = part.split('=');
    const url = rest.join('=');
    if (factoryId.trim() === '' || !/^amqps?:\/\/./.test(url)) {
      throw new Error('must be factory=amqp://…/vhost, several of them separated by commas');
    }
    if (urls.has(factoryId.trim())) throw new Error(`names ${factoryId.trim()} twice`);
    urls.set(factoryId.trim(), url);
  }
  return urls;
}
