/** What is not typed: a file, a picture, a signature that is drawn or written as a name. */

import { useEffect, useRef, useState } from "preact/hooks";
import { Refused, say } from "../api";
import type { Field } from "../definitions";
import { keepDrawn } from "../drawn";
import { upload } from "../uploads";

interface Props { field: Field; value: any; label: string; invalid?: boolean | undefined; onChange: (value: any) => void }

interface Sending { name: string; part: number; call: AbortController }

/** Sending of one file at a time: how far it is, what went wrong, and a way to call it off. */
function useSending(onSent: (id: string) => void) {
  const [sending, setSending] = useState<Sending | null>(null);
  const [fault, setFault] = useState("");
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  async function send(file: File | Blob, name: string): Promise<boolean> {
    running.current?.abort();
    const call = (running.current = new AbortController());
    setFault("");
    setSending({ name, part: 0, call });
    try {
      const id = await upload(file, name, (part) => setSending({ name, part, call }), call.signal);
      onSent(id);
      if (running.current === call) setSending(null);
      return true;
    } catch (error) {
      if (error instanceof Refused) setFault(error.problem.errors[0]?.message ?? error.problem.detail);
      else if (!call.signal.aborted) throw error;
    }
    if (running.current === call) setSending(null);
    return false;
  }
  return { sending, fault, send };
}

function Progress({ sending, label }: { sending: Sending; label: string }) {
  const percent = Math.round(sending.part * 100);
  return (
    <div class="sending">
      <progress max={100} value={percent} aria-label={say(`Sending ${label}`, `正在上传${label}`)} />
      <span class="quiet">{sending.name} · {percent} %</span>
      <button type="button" class="plain" onClick={() => sending.call.abort()}>{say("Cancel", "取消")}</button>
    </div>
  );
}

/** The picture itself; of any other file a link to it. */
function Kept({ id, picture, label, onDrop }: { id: string; picture: boolean; label: string; onDrop: () => void }) {
  const [shown, setShown] = useState(picture);
  const address = `/api/attachments/${id}`;
  return (
    <div class="kept">
      <a class="file" href={address} target="_blank">{shown ? <img src={address} alt={label} onError={() => setShown(false)} /> : say("Open the file", "打开文件")}</a>
      <button type="button" class="plain" onClick={onDrop}>{say("Remove", "移除")}</button>
    </div>
  );
}

export function FileInput({ field, value, label, invalid, onChange }: Props) {
  const chooser = useRef<HTMLInputElement>(null);
  const { sending, fault, send } = useSending(onChange);
  const picture = field.widget === "image";
  const begin = (file: File | undefined) => { if (file) void send(file, file.name); };
  const words = picture ? say("Take or choose a picture", "拍照或选择图片") : say("Choose a file", "选择文件");
  return (
    <div class="files" onDragOver={(event) => event.preventDefault()} onDrop={(event) => { event.preventDefault(); begin(event.dataTransfer?.files[0]); }}>
      {typeof value === "string" && <Kept key={value} id={value} picture={picture} label={label} onDrop={() => onChange(null)} />}
      {sending ? <Progress sending={sending} label={label} /> : (
        <button type="button" class="plain" aria-invalid={invalid ? "true" : undefined} aria-label={`${label}${say(": ", "：")}${words}`} onClick={() => chooser.current?.click()}>{typeof value === "string" ? say("Replace", "更换") : words}</button>
      )}
      <input ref={chooser} type="file" hidden tabIndex={-1} data-file {...(picture ? { accept: "image/*" } : {})}
        onChange={(event) => { begin(event.currentTarget.files?.[0]); event.currentTarget.value = ""; }} />
      {fault && <span class="fault" role="alert">{fault}</span>}
    </div>
  );
}

/** A name, or strokes of a finger, a pen or the mouse; a drawn one is sent as a picture when it is taken over. */
export function Signature({ field, value, label, invalid, onChange }: Props) {
  const [drawing, setDrawing] = useState(false);
  const { sending, fault, send } = useSending((id) => { setDrawing(false); onChange(id); });
  if (drawing) return <><Strokes label={label} onTake={(picture) => send(picture, "signature.png")} onEnd={() => setDrawing(false)} />{sending && <Progress sending={sending} label={label} />}{fault && <span class="fault" role="alert">{fault}</span>}</>;
  if (typeof value === "string") return <Kept id={value} picture label={field.title} onDrop={() => onChange(null)} />;
  return (
    <div class="signature">
      <input class="form-control" aria-label={label} aria-invalid={invalid ? "true" : undefined} placeholder={say("Type your name to sign", "输入姓名以签字")}
        value={value?.typed ?? ""} onInput={(event) => onChange(event.currentTarget.value ? { typed: event.currentTarget.value } : null)} />
      <button type="button" class="plain" onClick={() => setDrawing(true)}>{say("Draw", "手写")}</button>
    </div>
  );
}

const INK = "#14213d";

function Strokes({ label, onTake, onEnd }: { label: string; onTake: (picture: Blob) => Promise<boolean>; onEnd: () => void }) {
  const sheet = useRef<HTMLCanvasElement>(null);
  const [empty, setEmpty] = useState(true);

  useEffect(() => {
    const canvas = sheet.current!;
    canvas.width = Math.round(canvas.clientWidth * devicePixelRatio);
    canvas.height = Math.round(canvas.clientHeight * devicePixelRatio);
    const pen = canvas.getContext("2d")!;
    pen.scale(devicePixelRatio, devicePixelRatio);
    // On paper, in both themes: what is kept is read on a white page.
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.clientWidth, canvas.clientHeight);
    Object.assign(pen, { lineWidth: 2.5, lineCap: "round", lineJoin: "round", strokeStyle: INK });
  }, []);

  const latest = useRef(onTake);
  latest.current = onTake;
  const take = (): Promise<boolean> => new Promise((done) => sheet.current!.toBlob((picture) => done(picture ? latest.current(picture) : false)));
  useEffect(() => (empty ? undefined : keepDrawn(take)), [empty]);

  function draw(event: PointerEvent, begins: boolean): void {
    const canvas = sheet.current!;
    if (begins) canvas.setPointerCapture(event.pointerId);
    else if (!canvas.hasPointerCapture(event.pointerId)) return;
    const pen = canvas.getContext("2d")!;
    if (begins) {
      pen.beginPath();
      pen.moveTo(event.offsetX, event.offsetY);
    }
    pen.lineTo(event.offsetX, event.offsetY);
    pen.stroke();
    setEmpty(false);
  }

  return (
    <div class="strokes">
      <canvas ref={sheet} role="img" aria-label={say(`Sign here: ${label}`, `请在此签字：${label}`)} onPointerDown={(event) => draw(event, true)} onPointerMove={(event) => draw(event, false)} />
      <div class="acts">
        <button type="button" class="plain" disabled={empty} onClick={() => void take()}>{say("Take this", "采用")}</button>
        <button type="button" class="plain" onClick={onEnd}>{say("Cancel", "取消")}</button>
      </div>
    </div>
  );
}
