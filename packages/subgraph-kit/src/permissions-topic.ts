/** On the live bus: somebody's permissions are other than they were. Gateways look theirs up again. */
export const PERMISSIONS_TOPIC = 'permissions';
