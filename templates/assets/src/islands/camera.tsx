/** A picture of what the camera sees, to aim with. Each code is told as it comes into sight. */

import { useEffect, useRef, useState } from "preact/hooks";
import { say } from "../api";
import { NoCamera, scan } from "../scanning";

interface Props { onCode: (code: string) => void; onEnd: () => void }

const SHOWN = 400;

export function Camera({ onCode, onEnd }: Props) {
  const video = useRef<HTMLVideoElement>(null);
  const [fault, setFault] = useState("");
  const [track, setTrack] = useState<MediaStreamTrack | null>(null);
  const [lit, setLit] = useState(false);
  const [met, setMet] = useState(false);
  const latest = useRef(onCode);
  latest.current = onCode;

  useEffect(() => {
    const ended = new AbortController();
    let shown = 0;
    const found = (code: string) => {
      navigator.vibrate?.(60);
      setMet(true);
      clearTimeout(shown);
      shown = window.setTimeout(() => setMet(false), SHOWN);
      latest.current(code);
    };
    scan(video.current!, found, ended.signal, setTrack).catch((error) => {
      if (!(error instanceof NoCamera)) throw error;
      setFault(error.message);
    });
    return () => { clearTimeout(shown); ended.abort(); };
  }, []);

  const torch = track && "torch" in track.getCapabilities();
  async function light(): Promise<void> {
    await track!.applyConstraints({ advanced: [{ torch: !lit } as MediaTrackConstraintSet] });
    setLit(!lit);
  }

  if (fault) return <div class="message" role="alert">{fault} {say("Type the code, or use a scanner.", "请输入编码或使用扫描枪。")} <button type="button" class="plain" onClick={onEnd}>{say("Close", "关闭")}</button></div>;
  return (
    <div class={`camera${met ? " met" : ""}`} data-camera={track ? "on" : "starting"}>
      <video ref={video} muted playsInline aria-label={say("What the camera sees", "相机画面")} />
      {!track && <p class="quiet" role="status">{say("Starting the camera…", "正在启动相机…")}</p>}
      <div class="over">
        {torch && <button type="button" class="plain" aria-pressed={lit} onClick={() => void light()}>{say("Light", "补光")}</button>}
        <button type="button" class="plain" onClick={onEnd}>{say("Close the camera", "关闭相机")}</button>
      </div>
    </div>
  );
}
