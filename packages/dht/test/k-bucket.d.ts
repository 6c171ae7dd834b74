/** The part of the npm package that tests compare with; it has no types of its own. */
declare module "k-bucket" {
  interface Contact {
    readonly id: Uint8Array;
  }
  export default class KBucket {
    constructor(options: { localNodeId: Uint8Array; numberOfNodesPerKBucket: number });
    add(contact: Contact): this;
    closest(id: Uint8Array, count: number): Contact[];
  }
}
