/** The camera as a scanner: pictures of it go to the reader, one after the other, and every code is told once. */

import { say } from "./api";

/** A code counts again when it has been out of sight for so long (ms): twice the same piece is not two pieces. */
const SIGHT = 1000;
/** Wider pictures take longer to read and hold no more. */
const WIDEST = 1280;

export class NoCamera extends Error {}

function because(error: unknown): NoCamera {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError") return new NoCamera(say("The camera may not be used. Allow it for this site in the browser's settings.", "无法使用相机，请在浏览器设置中允许本站使用。"));
  if (name === "NotFoundError" || name === "OverconstrainedError") return new NoCamera(say("No camera was found.", "未找到相机。"));
  if (name === "NotReadableError") return new NoCamera(say("Another application is using the camera.", "相机正被其他应用占用。"));
  return error instanceof NoCamera ? error : new NoCamera(say("The camera cannot be started.", "无法启动相机。"));
}

async function open(): Promise<MediaStream> {
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices) throw new NoCamera(say("The camera works only on a secure connection (https).", "相机仅可在安全连接（https）下使用。"));
  return devices.getUserMedia({ audio: false, video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } } });
}

type Told = { ready?: true; broken?: true; codes?: string[] };

/** One picture at a time: the next one is taken when the last one was read. */
class Reader {
  private readonly worker = new Worker(document.querySelector<HTMLMetaElement>('meta[name="reader"]')!.content, { type: "module" });

  private told(): Promise<Told> {
    return new Promise((done, failed) => {
      this.worker.onmessage = (event: MessageEvent<Told>) => done(event.data);
      this.worker.onerror = () => failed(new NoCamera(say("The barcode reader cannot be started.", "无法启动条码识别。")));
    });
  }

  async begin(): Promise<void> {
    if (!(await this.told()).ready) throw new NoCamera(say("The barcode reader cannot be started.", "无法启动条码识别。"));
  }

  async read(picture: ImageData): Promise<readonly string[]> {
    const answer = this.told();
    this.worker.postMessage(picture, [picture.data.buffer]);
    return (await answer).codes ?? [];
  }

  end(): void {
    this.worker.terminate();
  }
}

function pictureOf(video: HTMLVideoElement, canvas: HTMLCanvasElement): ImageData {
  const scale = Math.min(1, WIDEST / video.videoWidth);
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  const drawn = canvas.getContext("2d", { willReadFrequently: true })!;
  drawn.drawImage(video, 0, 0, canvas.width, canvas.height);
  return drawn.getImageData(0, 0, canvas.width, canvas.height);
}

/** Told once while it is in sight. */
export class Sight {
  private readonly last = new Map<string, number>();

  fresh(codes: readonly string[], now: number): string[] {
    const found = codes.filter((each) => now - (this.last.get(each) ?? -Infinity) >= SIGHT);
    for (const each of codes) this.last.set(each, now);
    return found;
  }
}

const nextFrame = (video: HTMLVideoElement) => new Promise((done) => video.requestVideoFrameCallback(done));

/** Shows the camera in `video` and tells every code until `signal` ends it. Raises `NoCamera`. */
export async function scan(video: HTMLVideoElement, onCode: (code: string) => void, signal: AbortSignal, onReady: (track: MediaStreamTrack) => void): Promise<void> {
  let stream: MediaStream | null = null;
  let reader: Reader | null = null;
  const end = () => {
    stream?.getTracks().forEach((each) => each.stop());
    reader?.end();
  };
  signal.addEventListener("abort", end);
  try {
    stream = await open();
    if (signal.aborted) return end();
    video.srcObject = stream;
    reader = new Reader();
    await Promise.all([video.play(), reader.begin()]);
    onReady(stream.getVideoTracks()[0]!);
    const canvas = document.createElement("canvas");
    const sight = new Sight();
    while (!signal.aborted) {
      await nextFrame(video);
      const codes = await reader.read(pictureOf(video, canvas));
      if (!signal.aborted) sight.fresh(codes, performance.now()).forEach(onCode);
    }
  } catch (error) {
    end();
    if (!signal.aborted) throw because(error);
  }
}
