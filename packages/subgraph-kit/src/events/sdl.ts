/** What each subgraph adds to the graph about its events: fields of its own in types that all of them share. */

/** luaguage-bridge → luaguageBridge */
export const fieldOf = (service: string): string =>
  service.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** luaguage-bridge → LUAGUAGE_BRIDGE */
export const enumOf = (service: string): string => service.toUpperCase().replaceAll('-', '_');

export const eventsSdlOf = (service: string): string => `
"Events that consumers failed for good, by the service that keeps them."
type DeadLetters {
  "Those that ${service} keeps; latest first, at most 200 a page. Of the user's plants, and of what belongs to no single one."
  ${fieldOf(service)}(
    first: Int! = 50
    after: String
    "Those that wait for a decision or are being tried again, when left out."
    states: [DeadLetterState!] = [DEAD, REPLAYING]
  ): DeadLetterConnection
}

"What waits between the services."
type EventBacklog {
  ${fieldOf(service)}: ServiceBacklog
}

"What was published about one thing."
type EventHistory {
  "By ${service}; in the order of publication, at most 200 a page."
  ${fieldOf(service)}(first: Int! = 50, after: String): PublishedEventConnection
}
`;
