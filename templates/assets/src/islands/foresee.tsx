/** What chosen drafts would do to the records there are: asked piece by piece, the sums first, then each record. */

import { useRef, useState } from "preact/hooks";
import { ask, Refused, say } from "../api";

interface Draft { kind: string; name: string; layer: number; by: string }
interface Told { drafts: Draft[]; forms: { form: string; title: string }[] }
interface Who { id: string; code: string | null; title: string | null }
interface Side { state: string; step: string | null; route: { step: string; part: string | null; state: string }[]; refused: { message: string } | null }
interface Item { kind: string; form: string; id: string; seen: boolean; number: string | null; changes: string[]; from: Side; to: Side | null; missing: string[]; errors: { message: string }[] }
interface Way { form: string; title: string; from: string[]; to: string[]; count: number }
interface Counted { person: Who; new: number; gone: number; asked_more: number; asked_less: number }
interface Right { object: string; action: string }
interface Piece {
  done: number; total: number; next: string | null; items: Item[];
  summary: { records: Record<string, number>; same: number; unseen: number; changes: Record<string, number>; routes: Way[]; people: Counted[] };
  changes?: string[]; in_use?: { message: string }[]; rights?: { people: { person: Who; gained: Right[]; lost: Right[] }[] };
}
interface Sum { first: Piece; done: number; total: number; records: Record<string, number>; same: number; unseen: number; changes: Record<string, number>; routes: Way[]; people: Counted[]; items: Item[] }

const SHOWN = 200;
const WORDS: Record<string, string> = {
  strands: say("Strands", "无法继续"), missing: say("Something to fill in", "缺少内容"), state: say("Another state", "状态不同"),
  step: say("Another step", "步骤不同"), route: say("Another route", "流程不同"), people: say("Other people", "人员不同"), tasks: say("Other tasks", "待办不同"),
};
const KINDS: Record<string, string> = { running: say("under way", "进行中"), draft: say("not handed in", "未提交"), past: say("over", "已结束") };
const NONE = say("nobody", "无人审批");

export function Foresee({ drafts, forms }: Told) {
  const [sum, setSum] = useState<Sum | null>(null);
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const [only, setOnly] = useState("");
  const stop = useRef<AbortController | null>(null);

  async function look(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const said = new FormData(event.currentTarget as HTMLFormElement);
    const body: Record<string, unknown> = { drafts: said.getAll("draft").map((each) => JSON.parse(String(each))) };
    body["running"] = said.get("running");
    if (said.get("form")) body["form"] = said.get("form");
    if (said.get("from") && said.get("until")) body["past"] = { from: said.get("from"), until: said.get("until") };
    stop.current = new AbortController();
    setBusy(true); setWrong(""); setSum(null); setOnly("");
    try {
      let found: Sum | null = null, cursor: string | null = null;
      do {
        const piece: Piece = await ask<Piece>("POST", "definitions/preview", cursor ? { ...body, cursor } : body, { signal: stop.current.signal });
        found = added(found, piece);
        setSum(found);
        cursor = piece.next;
      } while (cursor);
    } catch (error) {
      if (error instanceof Refused) setWrong([error.problem.detail, ...error.problem.errors.map((each) => each.message)].join(" "));
      else if (!stop.current.signal.aborted) throw error;
    }
    setBusy(false);
  }

  return <>
    <section class="card"><form onSubmit={look}>
      <fieldset><legend>{say("Drafts", "草稿")}</legend>
        {drafts.map((each) => <label class="form-check" key={`${each.kind}/${each.name}/${each.layer}`}>
          <input class="form-check-input" type="checkbox" name="draft" checked value={JSON.stringify({ kind: each.kind, name: each.name, layer: each.layer })} /> {each.kind} {each.name} <small class="quiet">{each.by}</small></label>)}
      </fieldset>
      <label class="field"><span>{say("Records of", "单据")}</span><select class="form-select" name="form"><option value="">{say("every form", "全部表单")}</option>{forms.map((each) => <option value={each.form} key={each.form}>{each.title}</option>)}</select></label>
      <label class="field"><span>{say("What is under way", "进行中的单据")}</span><select class="form-select" name="running"><option value="leave">{say("stays on its version", "保留原版本")}</option><option value="carry_over">{say("is carried over", "迁移到新版本")}</option></select></label>
      <label class="field"><span>{say("Also those that are over, handed in from", "也看已结束的，提交日期从")}</span><input class="form-control" type="date" name="from" /></label>
      <label class="field"><span>{say("until", "至")}</span><input class="form-control" type="date" name="until" /></label>
      <p><button class="primary" disabled={busy}>{say("Look what it would do", "查看影响")}</button>{busy && <> <button type="button" class="plain" onClick={() => stop.current?.abort()}>{say("Stop", "停止")}</button></>}</p>
      {wrong && <p role="alert" class="message wrong">{wrong}</p>}
      {(busy || sum) && <p role="status"><progress aria-label={say("Looked at", "已查看")} max={sum?.total || 1} value={sum?.done ?? 0} /> {sum ? say(`${sum.done} of ${sum.total} records`, `${sum.done} / ${sum.total} 张单据`) : ""}</p>}
    </form></section>
    {sum && <Found sum={sum} only={only} choose={setOnly} />}
  </>;
}

function Found({ sum, only, choose }: { sum: Sum; only: string; choose: (word: string) => void }) {
  const rows = sum.items.filter((each) => each.changes.length && (!only || each.changes.includes(only)));
  const titles = Object.fromEntries(sum.routes.map((each) => [each.form, each.title]));
  const rights = sum.first.rights?.people ?? [];
  return <>
    <section class="card"><h2>{say("What changes", "有何变化")}</h2>
      <p>{Object.entries(sum.records).map(([kind, count]) => `${count} ${KINDS[kind] ?? kind}`).join(" · ") || say("No records.", "没有单据。")}{` · ${say("the same:", "不变：")} ${sum.same}`}</p>
      {sum.unseen > 0 && <p class="quiet">{say(`${sum.unseen} of them are not yours to see.`, `其中 ${sum.unseen} 张您无权查看。`)}</p>}
      {sum.first.in_use?.map((each) => <p class="message wrong" key={each.message}>{each.message}</p>)}
      <ul>{sum.first.changes?.map((each) => <li key={each}>{each}</li>)}</ul></section>
    <Table title={say("Routes", "流程")} heads={[say("Form", "表单"), say("Now", "现在"), say("Then", "之后"), say("Records", "单据数")]}
      rows={sum.routes.filter((each) => each.from.join() !== each.to.join()).map((each) => [each.title, way(each.from), way(each.to), each.count])} />
    <Table title={say("Tasks", "待办")} heads={[say("Person", "人员"), say("New", "新增"), say("Gone", "减少"), say("Past: also asked", "过往：会多审"), say("Past: not asked", "过往：会少审")]}
      rows={sum.people.map((each) => [called(each.person), each.new, each.gone, each.asked_more, each.asked_less])} />
    <Table title={say("Rights", "权限")} heads={[say("Person", "人员"), say("Gains", "获得"), say("Loses", "失去")]}
      rows={rights.map((each) => [called(each.person), granted(each.gained), granted(each.lost)])} />
    <section class="card lines"><h2>{say("Records", "单据")}</h2>
      <p class="chips">{["", ...Object.keys(WORDS).filter((each) => sum.changes[each])].map((each) => <button type="button" class="plain" aria-pressed={only === each} onClick={() => choose(each)} key={each}>{each ? `${WORDS[each]} ${sum.changes[each]}` : say("All that change", "全部有变化的")}</button>)}</p>
      <Table title="" heads={[say("Record", "单据"), say("Now", "现在"), say("Then", "之后"), say("What", "变化")]} rows={rows.slice(0, SHOWN).map((each) => [
        <Named item={each} title={titles[each.form] ?? each.form} />, side(each.from), each.to ? side(each.to) : "–",
        [...each.changes.map((word) => WORDS[word] ?? word), ...each.missing, ...each.errors.map((one) => one.message), each.to?.refused?.message].filter(Boolean).join(" · ")])} />
      {rows.length > SHOWN && <p class="quiet">{say(`The first ${SHOWN} of ${rows.length}.`, `前 ${SHOWN} 张，共 ${rows.length} 张。`)}</p>}</section>
  </>;
}

/** A record, as a link for who may open it. */
function Named({ item, title }: { item: Item; title: string }) {
  const words = `${title} ${item.number ?? item.id.slice(0, 8)}`;
  return item.seen ? <a href={`/records/${item.form}/${item.id}`}>{words}</a> : <>{words}</>;
}

function Table({ title, heads, rows }: { title: string; heads: string[]; rows: any[][] }) {
  if (!rows.length) return title ? null : <p class="empty">{say("Nothing changes for any record.", "没有单据受到影响。")}</p>;
  const table = <div class="across" tabIndex={0} role="region" aria-label={title || say("Records", "单据")}><table class="list">
    <thead><tr>{heads.map((each) => <th scope="col" key={each}>{each}</th>)}</tr></thead>
    <tbody>{rows.map((row, at) => <tr key={at}>{row.map((cell, index) => <td class={index ? undefined : "first"} data-title={heads[index]} key={index}><span>{cell}</span></td>)}</tr>)}</tbody></table></div>;
  return title ? <section class="card lines"><h2>{title}</h2>{table}</section> : table;
}

const way = (steps: string[]) => steps.join(" → ") || NONE;
const called = (who: Who) => who.title ?? who.code ?? who.id;
const granted = (found: Right[]) => found.map((each) => `${each.object} ${each.action}`).join(", ") || "–";
const side = (told: Side) => [told.state, told.step].filter(Boolean).join(" / ");

/** The sums of what was told before and of one piece more. */
function added(before: Sum | null, piece: Piece): Sum {
  const { summary } = piece;
  if (!before) return { first: piece, done: piece.done, total: piece.total, ...summary, items: piece.items };
  const both = (one: Record<string, number>, two: Record<string, number>) => Object.fromEntries([...new Set([...Object.keys(one), ...Object.keys(two)])].map((key) => [key, (one[key] ?? 0) + (two[key] ?? 0)]));
  const routes = [...before.routes.map((each) => ({ ...each }))];
  for (const each of summary.routes) {
    const same = routes.find((one) => one.form === each.form && one.from.join() === each.from.join() && one.to.join() === each.to.join());
    if (same) same.count += each.count; else routes.push({ ...each });
  }
  const people = [...before.people.map((each) => ({ ...each }))];
  for (const each of summary.people) {
    const same = people.find((one) => one.person.id === each.person.id);
    if (same) { same.new += each.new; same.gone += each.gone; same.asked_more += each.asked_more; same.asked_less += each.asked_less; } else people.push({ ...each });
  }
  return { first: before.first, done: piece.done, total: piece.total, records: both(before.records, summary.records), changes: both(before.changes, summary.changes), same: before.same + summary.same, unseen: before.unseen + summary.unseen, routes, people, items: [...before.items, ...piece.items] };
}
