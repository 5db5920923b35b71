/** Keeps a list as it is under a name: saved, renamed, opened first, taken away. */

import { useRef, useState } from "preact/hooks";
import { ask, newKey, Refused, newId, say } from "../api";
import { sayNext } from "../toast";

interface View { id: string; name: string; default: boolean }
interface Told { form: string; view: View | null; dirty: boolean; filters: Record<string, string>; sort: string | null; columns: string[] | null }

export function Views({ form, view, dirty, filters, sort, columns }: Told) {
  const [naming, setNaming] = useState<"new" | "change" | null>(null);
  const [name, setName] = useState("");
  const [first, setFirst] = useState(false);
  const [wrong, setWrong] = useState("");
  const key = useRef(newKey());
  const body = { form, filters, columns, ...(sort ? { sort } : {}) };

  async function send(method: string, id: string, sent: object | undefined, to: string, done: string): Promise<void> {
    try {
      await ask(method, `me/views/${id}`, sent, { key: key.current });
      sayNext(done);
      location.assign(to);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      key.current = newKey();
      setWrong(error.problem.errors[0]?.message ?? error.problem.detail);
    }
  }

  function open(what: "new" | "change"): void {
    setNaming(what);
    setWrong("");
    setName(what === "change" && view ? view.name : "");
    setFirst(what === "change" && !!view?.default);
  }

  function save(event: SubmitEvent): void {
    event.preventDefault();
    const id = naming === "change" && view ? view.id : newId();
    void send("PUT", id, { ...body, name, default: first }, `?view=${id}`, say(`“${name.trim()}” is kept`, `已保存“${name.trim()}”`));
  }

  const something = Object.keys(filters).length > 0 || sort || columns;
  return (
    <>
      {view && dirty && <button type="button" class="plain" data-view="save" onClick={() => void send("PUT", view.id, { ...body, name: view.name, default: view.default }, `?view=${view.id}`, say(`“${view.name}” is kept`, `已保存“${view.name}”`))}>{say("Save changes", "保存更改")}</button>}
      {something && (!view || dirty) && <button type="button" class="plain" data-view="new" onClick={() => open("new")}>{say("Save as view", "另存为视图")}</button>}
      {view && !dirty && <button type="button" class="plain" data-view="change" onClick={() => open("change")}>{say("Change view", "更改视图")}</button>}
      {!naming && wrong && <span class="message wrong" role="alert">{wrong}</span>}
      {naming && (
        <dialog ref={(place) => { if (place && !place.open) place.showModal(); }} onClose={() => setNaming(null)} aria-label={say("View", "视图")}>
          <form onSubmit={save}>
            <h2>{naming === "new" ? say("Save as view", "另存为视图") : say("Change view", "更改视图")}</h2>
            {wrong && <p class="message wrong" role="alert">{wrong}</p>}
            <label class="field"><span>{say("Name", "名称")}</span><input class="form-control" autofocus required maxLength={80} value={name} onInput={(event) => setName(event.currentTarget.value)} /></label>
            <label class="ticked"><input type="checkbox" class="form-check-input" checked={first} onChange={() => setFirst(!first)} />{say("The list opens with it", "打开列表时默认使用")}</label>
            <div class="acts"><button class="primary">{say("Save", "保存")}</button>
              {naming === "change" && view && <button type="button" class="danger" data-view="drop" onClick={() => void send("DELETE", view.id, undefined, `?view=all`, say(`“${view.name}” is gone`, `已删除“${view.name}”`))}>{say("Delete", "删除")}</button>}
              <button type="button" class="plain" onClick={() => setNaming(null)}>{say("Cancel", "取消")}</button></div>
          </form>
        </dialog>
      )}
    </>
  );
}
