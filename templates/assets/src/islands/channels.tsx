/** How I am told of what: inside the application, by mail too, or not; at once or gathered. Kept as soon as it is chosen. */

import { useState } from "preact/hooks";
import { ask, newKey, Refused, say } from "../api";

interface Kind { kind: string; title: string; way: string }
interface Told { kinds: Kind[]; gather: string; hour: number; mail: string | null; possible: boolean }

const WAYS: [string, string][] = [["app", say("here", "应用内")], ["mail", say("here and by mail", "应用内和邮件")], ["none", say("not at all", "不通知")]];
const GATHERING: [string, string][] = [["at_once", say("one by one, at once", "逐条即时发送")], ["hourly", say("gathered, every hour", "每小时汇总")], ["daily", say("gathered, once a day", "每日汇总")]];

export function Channels(first: Told) {
  const [told, setTold] = useState(first);
  const [said, setSaid] = useState<{ good: boolean; words: string } | null>(null);
  const mails = told.possible && !!told.mail;

  async function put(body: unknown): Promise<void> {
    try {
      setTold(await ask<Told>("PUT", "me/channels", body, { key: newKey() }));
      setSaid({ good: true, words: say("Kept.", "已保存。") });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setTold({ ...told });
      setSaid({ good: false, words: error.problem.errors[0]?.message ?? error.problem.detail });
    }
  }

  return (
    <div class="channels">
      {told.kinds.map((each) => (
        <label class="field" key={each.kind}><span>{each.title}</span>
          <select class="form-select" value={each.way} onChange={(event) => void put({ kinds: { [each.kind]: event.currentTarget.value } })}>
            {WAYS.filter(([way]) => mails || way !== "mail" || each.way === "mail").map(([way, title]) => <option key={way} value={way}>{title}</option>)}</select></label>
      ))}
      {mails ? <>
        <label class="field"><span>{say(`Mail to ${told.mail}`, `邮件发送至 ${told.mail}`)}</span>
          <select class="form-select" value={told.gather} onChange={(event) => void put({ gather: event.currentTarget.value })}>{GATHERING.map(([way, title]) => <option key={way} value={way}>{title}</option>)}</select></label>
        {told.gather === "daily" && <label class="field"><span>{say("At this hour", "发送时间")}</span>
          <select class="form-select" value={told.hour} onChange={(event) => void put({ hour: Number(event.currentTarget.value) })}>{[...Array(24).keys()].map((hour) => <option key={hour} value={hour}>{`${String(hour).padStart(2, "0")}:00`}</option>)}</select></label>}
      </> : <p class="quiet">{told.possible ? say("Nobody has written a mail address for you yet.", "尚未登记您的邮箱地址。") : say("This server sends no mail.", "本服务器未配置邮件发送。")}</p>}
      <p class={said?.good === false ? "message wrong" : "quiet"} role="status">{said?.words ?? ""}</p>
    </div>
  );
}
