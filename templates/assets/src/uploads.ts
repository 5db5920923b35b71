/** Sends a file to be kept with a record: as this person, telling how far it is, until it is called off. */

import { language, Refused, renewed, say } from "./api";

/** The id that the file is kept under. `onPart` hears the part that was sent, 0 to 1. Raises `Refused`; an abort raises an `AbortError`. */
export function upload(file: File | Blob, name: string, onPart: (part: number) => void, signal: AbortSignal): Promise<string> {
  return new Promise((done, failed) => {
    const sent = new XMLHttpRequest();
    sent.open("POST", "/api/attachments");
    sent.responseType = "json";
    sent.setRequestHeader("Accept-Language", language === "zh" ? "zh-CN" : "en");
    sent.setRequestHeader("X-CSRF-Token", document.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content ?? "");
    sent.upload.onprogress = (event) => { if (event.lengthComputable) onPart(event.loaded / event.total); };
    sent.onload = async () => {
      if (sent.status < 300) return done(sent.response.id);
      if (sent.status === 403 && sent.response?.errors?.[0]?.code === "csrf" && await renewed()) return upload(file, name, onPart, signal).then(done, failed);
      failed(new Refused(sent.response ?? lost()));
    };
    sent.onerror = () => failed(new Refused(lost()));
    sent.onabort = () => failed(new DOMException("called off", "AbortError"));
    signal.addEventListener("abort", () => sent.abort());
    const body = new FormData();
    body.append("file", file, name);
    sent.send(body);
  });
}

function lost() {
  const detail = say("The server cannot be reached. The file was not sent; send it again.", "无法连接服务器，文件未上传，请重试。");
  return { status: 0, kind: "unavailable", detail, errors: [] };
}
