import { useEffect, useRef, useState } from "react";
import { Button } from "react-aria-components";
import type { MediaKind } from "../logic/media-types.ts";
import { type PlaybackTrouble, troubleSentence, waitingSentence } from "../logic/playback.ts";
import { liveShare } from "../state/runtime.ts";
import type { ShareView } from "../state/share-view.ts";
import { type FileAddress, fileAddress } from "../streaming/address.ts";
import { workerReady } from "../streaming/worker-control.ts";

interface MediaStageProps {
  readonly share: ShareView;
  readonly address: FileAddress;
  readonly kind: MediaKind;
  readonly name: string;
}

/** The element that shows the file, and a sentence when nothing can be seen. */
export function MediaStage({ share, address, kind, name }: MediaStageProps) {
  const [attempt, setAttempt] = useState(0);
  const [trouble, setTrouble] = useState<PlaybackTrouble | null>(null);
  const [isReady, setReady] = useState(false);
  const [isWaiting, setWaiting] = useState(true);
  const url = fileAddress(address);
  useEffect(() => {
    void workerReady().then((ready) => (ready ? setReady(true) : setTrouble("no-worker")));
  }, []);
  const retry = () => {
    setTrouble(null);
    setWaiting(true);
    setAttempt(attempt + 1);
  };
  const onFailed = () => void causeOf(url).then(setTrouble);
  const size = share.files.find(({ path }) => path === address.path)?.size;
  const isHere = liveShare(share.id)?.fileProgress(address.path) === size;
  const isLoading = trouble === null && isWaiting;
  return (
    <>
      {trouble === null && (
        <div className="viewer-stage">
          {isReady && (
            <MediaElement key={attempt} url={url} kind={kind} name={name} onWaiting={setWaiting} onFailed={onFailed} />
          )}
        </div>
      )}
      {trouble !== null && (
        <div className="viewer-trouble" role="alert">
          <p>{troubleSentence(trouble, kind)}</p>
          {trouble === "no-source" && (
            <Button className="button button-plain" onPress={retry}>
              Try again
            </Button>
          )}
        </div>
      )}
      <p className="viewer-line" role="status">
        {isLoading ? (waitingSentence(share, isHere) ?? "Loading…") : ""}
      </p>
    </>
  );
}

/** Why the element failed: the service worker's answer tells a file that is not to be had from one of a strange format. */
async function causeOf(url: string): Promise<PlaybackTrouble> {
  const answer = await fetch(url, { method: "HEAD" }).catch(() => null);
  return answer?.ok ? "unreadable" : "no-source";
}

interface MediaElementProps {
  readonly url: string;
  readonly kind: MediaKind;
  readonly name: string;
  readonly onWaiting: (waiting: boolean) => void;
  readonly onFailed: () => void;
}

function MediaElement({ url, kind, name, onWaiting, onFailed }: MediaElementProps) {
  if (kind === "image") return <img src={url} alt={name} onLoad={() => onWaiting(false)} onError={onFailed} />;
  return <Player url={url} kind={kind} name={name} onWaiting={onWaiting} onFailed={onFailed} />;
}

function Player({ url, kind, name, onWaiting, onFailed }: MediaElementProps) {
  const element = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const player = element.current;
    player?.focus();
    // An element that left the page would go on fetching until it is collected.
    return () => {
      player?.removeAttribute("src");
      player?.load();
    };
  }, []);
  const props = {
    ref: element,
    src: url,
    controls: true,
    autoPlay: true,
    playsInline: true,
    "aria-label": name,
    onWaiting: () => onWaiting(true),
    onPlaying: () => onWaiting(false),
    onCanPlay: () => onWaiting(false),
    onError: onFailed,
  };
  return kind === "video" ? <video {...props} /> : <audio {...props} />;
}
