import type { Peer } from "@starling/client";
import { percentOf } from "../logic/format.ts";
import { noPeersLine, peerLine } from "../logic/share-facts.ts";
import type { ShareView } from "../state/share-view.ts";
import { Bar } from "./progress.tsx";

/** Who is linked for this share, how far they are and what flows. */
export function PeersCard({ share }: { readonly share: ShareView }) {
  const { peers } = share;
  return (
    <section className="card" aria-labelledby="peers-heading">
      <div className="card-head">
        <h2 id="peers-heading">Peers</h2>
        {peers.length > 0 && (
          <span className="count" aria-hidden="true">
            {peers.length}
          </span>
        )}
      </div>
      {peers.length === 0 ? (
        <p className="card-empty">{noPeersLine(share)}</p>
      ) : (
        <ul className="peers">
          {peers.map((peer) => (
            <PeerRow key={peer.id} peer={peer} />
          ))}
        </ul>
      )}
      <p className="card-note">Connections are direct, so peers see each other's network address.</p>
    </section>
  );
}

function PeerRow({ peer }: { readonly peer: Peer }) {
  const { completion } = peer;
  return (
    <li className="peer">
      <span className="peer-name">
        Browser <code>{peer.id.slice(0, 6)}</code>
      </span>
      <span className="peer-has">{completion === null ? "" : `has ${percentOf(completion, 1)} %`}</span>
      <Bar part={completion ?? 0} />
      <span className="peer-line">{peerLine(peer)}</span>
    </li>
  );
}
