/** The rows of a table as a grid: keys, paste from a sheet; only the row that changed is drawn again. */

import { Component } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { layAhead } from "../ahead";
import { newId, say } from "../api";
import { unitOf, type Field, type Filled, type Form, type Row } from "../definitions";
import type { Faults } from "../faults";
import { cellsOf } from "../filling";
import { shownAs } from "../shown";
import { Input, NAMED, whole } from "./inputs";
import { ScanRows } from "./scan_rows";

export interface Cell { row: string; column: string; value: any }
interface Props { form: Form; offers: readonly string[]; name: string; table: Field; rows: Row[]; filled: Filled; unseen: ReadonlySet<string>; needed: ReadonlySet<string>; faults: Faults; heed: Faults; onWrite: (cells: Cell[]) => void; onRemove: (row: string) => void; onDivide: (row: string) => void; added: ReadonlySet<string> }
type End = "" | "blank" | "remove" | "divide";
interface Drawn { name: string; columns: [string, Field][]; row: Row; index: number; editable: string; end: End; fault: string; heed: string; needed: string; units: string; onWrite: (row: string, column: string, value: any) => void; onRemove: (row: string) => void; onDivide: (row: string) => void }

/** How wide a column is at least and at most: where it is written, and where it is only read. */
const WIDTHS = { named: [[220, 420], [140, 420]], number: [[128, 160], [116, 160]], words: [[160, 260], [120, 260]] } as const;
const ENDS = 44;
const kindOf = (field: Field): keyof typeof WIDTHS => (NAMED.has(field.widget) ? "named" : field.digits ? "number" : "words");

/**
 * How wide the columns are, and all of them: rows that are laid out each by itself, for a letter typed in one must not cost
 * the others anything, still stand under each other.
 */
function widths(columns: [string, Field][], written: (column: string) => boolean, ends: boolean): Record<string, string> {
  const each = columns.map(([name, field]) => WIDTHS[kindOf(field)][written(name) ? 0 : 1]);
  const whole = (at: 0 | 1) => each.reduce((sum, one) => sum + one[at], ends ? ENDS : 0);
  return {
    "--columns": [...each.map(([least, most]) => `minmax(${least}px, ${most}fr)`), ...(ends ? [`${ENDS}px`] : [])].join(" "),
    "--least": `${whole(0)}px`,
    "--most": `${whole(1)}px`,
    "--lines": String(columns.reduce((sum, [, field]) => sum + (field.digits ? 0.5 : 1), 0)),
  };
}

class Line extends Component<Drawn> {
  override shouldComponentUpdate(next: Drawn): boolean {
    return (Object.keys(next) as (keyof Drawn)[]).some((each) => !each.startsWith("on") && next[each] !== this.props[each]);
  }

  override render({ name, columns, row, index, editable, end, fault, heed, needed, units, onWrite, onRemove, onDivide }: Drawn) {
    const faults = byColumn(fault);
    const heeds = byColumn(heed);
    const measures = byColumn(units);
    const said = (column: string) => faults.has(column) ? <span class="fault">{faults.get(column)}</span> : heeds.has(column) && <span class="heed">{heeds.get(column)}</span>;
    return (
      <tr data-row={row.row}>
        {columns.map(([column, field]) => {
          const label = `${field.title} ${index + 1}`;
          if (!editable.includes(` ${column} `)) return <td key={column} class={`shown ${kindOf(field)}`} data-title={field.title}>{shownAs(field, row[column])}{measures.get(column) && row[column] != null && <small class="unit"> {measures.get(column)}</small>}{said(column)}</td>;
          return (
            <td key={column} data-title={field.title} data-column={column} class={`${kindOf(field)}${needed.includes(` ${column} `) ? " asks" : ""}`}>
              <Input inRow at={`${name}.${column}`} row={row.row} field={field} value={row[column] ?? null} label={label} invalid={faults.has(column)} required={needed.includes(` ${column} `)} unit={measures.get(column)} onChange={(value) => onWrite(row.row, column, value)} />
              {said(column)}
            </td>
          );
        })}
        {end && <td class="ends">
          {end === "remove" && <button type="button" class="drop" aria-label={say(`Remove row ${index + 1}`, `删除第 ${index + 1} 行`)} onClick={() => onRemove(row.row)}>×</button>}
          {end === "divide" && <button type="button" class="drop" title={say("Divide", "拆分")} aria-label={say(`Divide row ${index + 1}`, `拆分第 ${index + 1} 行`)} onClick={() => onDivide(row.row)}>÷</button>}</td>}
      </tr>
    );
  }
}

export function Grid({ form, offers, name, table, rows, filled, unseen, needed, faults, heed, added, onWrite, onRemove, onDivide }: Props) {
  const columns = Object.entries(table.fields ?? {}).filter(([each]) => !offers.includes(`${name}.${each}`));
  const writable = columns.filter(([each]) => filled.writable.includes(`${name}.${each}`));
  const how = writable.length ? filled.rows[name] ?? "fixed" : "fixed";
  const adds = how === "free";
  const endOf = (row: Row, index: number): End => (how === "fixed" ? "" : index >= rows.length ? "blank" : adds || added.has(row.row) ? "remove" : "divide");
  const counted = filled.scan?.split(".").pop();
  const next = useRef(newId());
  if (rows.some((each) => each.row === next.current)) next.current = newId();
  const drawn: Row[] = adds ? [...rows, { row: next.current }] : rows;
  const places = drawn.map((each, index) => (index < rows.length ? each.row : ""));
  const editable = places.map((row) => spaced(writable.filter(([each]) => !unseen.has(`${name}.${each}#${row}`))));
  /** What nobody writes here, and what is nothing in every row, waits until it is something. */
  const told = useRef(new Set<string>());
  for (const [each, field] of columns) if (rows.some((row) => says(field, row[each]))) told.current.add(each);
  const shown = columns.filter(([each]) => editable.some((one) => one.includes(` ${each} `)) || (told.current.has(each) && rows.some((row) => row[each] !== null && row[each] !== undefined)));
  const byRow = faultsByRow(name, faults);
  const heedByRow = faultsByRow(name, heed);
  const kept = useRef(shown);
  if (kept.current.length !== shown.length || shown.some((each, index) => each[0] !== kept.current[index]![0])) kept.current = shown;
  const drawnColumns = kept.current;
  const body = useRef<HTMLTableSectionElement>(null);
  useEffect(() => layAhead([...body.current!.children]), [drawn.length, drawnColumns]);

  function paste(event: ClipboardEvent): void {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const place = (event.target as HTMLElement).closest<HTMLElement>("[data-column]");
    const row = place?.closest<HTMLElement>("[data-row]")?.dataset["row"];
    if (!place || !row || !/[\t\n]/.test(text.trimEnd())) return;
    event.preventDefault();
    const from = drawn.findIndex((each) => each.row === row);
    const cells: Cell[] = [];
    const { columns: across, lines } = meant(cellsOf(text), place.dataset["column"]!);
    lines.forEach((line, down) => {
      const target = drawn[from + down]?.row ?? (adds ? newId() : null);
      if (target) line.forEach((word, beside) => {
        const found = across[beside];
        if (found && word.trim()) cells.push({ row: target, column: found[0], value: read(found[1], word.trim()) });
      });
    });
    onWrite(cells);
  }

  /**
   * Which columns a sheet's are: those that its first line calls by their titles, else those from where it is put on. A
   * column that only some rows have (a lot) is passed over unless there are cells for it.
   */
  function meant(lines: string[][], at: string): { columns: [string, Field][]; lines: string[][] } {
    const all = drawnColumns.filter(([each]) => writable.some(([one]) => one === each));
    const titled = lines[0]!.map((word) => all.find(([, field]) => field.title === word.trim()));
    if (titled.length > 1 && titled.every(Boolean)) return { columns: titled as [string, Field][], lines: lines.slice(1) };
    const usual = all.filter(([each]) => each === at || !adds || !unseen.has(`${name}.${each}#`));
    const from = (some: [string, Field][]) => some.slice(some.findIndex(([each]) => each === at));
    const wide = Math.max(...lines.map((line) => line.length));
    return { columns: wide > from(usual).length ? from(all) : from(usual), lines };
  }

  function pressed(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing || !(event.target instanceof HTMLInputElement)) return;
    const by = event.key === "Enter" || event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const cell = event.target.closest<HTMLElement>("[data-column]");
    if (!by || !cell || event.target.getAttribute("role") === "combobox") return;
    event.preventDefault();
    const lines = [...event.currentTarget instanceof HTMLElement ? event.currentTarget.querySelectorAll<HTMLElement>("tr[data-row]") : []];
    const at = lines.findIndex((each) => each.contains(cell));
    lines[at + by]?.querySelector<HTMLElement>(`[data-column="${cell.dataset["column"]}"] input`)?.focus();
  }

  return (
    <section class="card" aria-label={table.title}>
      <h2>{table.title} <small>{rows.length} {rows.length === 1 ? say("row", "行") : say("rows", "行")}</small></h2>
      {faults.has(name) && <span class="fault">{faults.get(name)}</span>}
      {counted && writable.some(([each]) => each === counted) && <ScanRows columns={columns} rows={rows} counted={counted} adds={adds} onWrite={onWrite} />}
      <div class="sheet" onPaste={paste} onKeyDown={pressed}>
        <table style={widths(shown, (column) => editable.some((one) => one.includes(` ${column} `)), how !== "fixed")}>
          <thead><tr>{shown.map(([each, field]) => <th key={each} scope="col" class={kindOf(field)}>{field.title}{filled.needed.includes(`${name}.${each}`) && writable.some(([one]) => one === each) && <b class="needed"> *</b>}</th>)}{how !== "fixed" && <th><span class="visually-hidden">{say("Remove", "删除")}</span></th>}</tr></thead>
          <tbody ref={body}>
            {drawn.map((row, index) => (
              <Line key={row.row} name={name} columns={drawnColumns} row={row} index={index} end={endOf(row, index)} editable={editable[index]!}
                needed={spaced(writable.filter(([each]) => needed.has(`${name}.${each}`) || needed.has(`${name}.${each}#${places[index]}`)))} fault={byRow.get(row.row) ?? ""} heed={heedByRow.get(row.row) ?? ""} units={measured(form, drawnColumns, row, filled.units)}
                onWrite={(at, column, value) => onWrite([{ row: at, column, value }])} onRemove={onRemove} onDivide={onDivide} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** A nought that somebody may yet change is no word; one that was worked out is. */
const says = (field: Field, value: unknown): boolean => value !== null && value !== undefined && (!!field.worked_out || !field.digits || !/^0(\.0*)?$/.test(String(value)));

/** What the amounts of a row are of, as `column TAB unit` lines. */
const measured = (form: Form, columns: [string, Field][], row: Row, units: Record<string, string>): string =>
  columns.map(([name, field]) => [name, unitOf(form, field, row, units)]).filter(([, unit]) => unit !== undefined).map((each) => each.join("\t")).join("\n");

const spaced = (list: [string, Field][]): string => ` ${list.map(([each]) => each).join(" ")} `;

const byColumn = (lines: string): ReadonlyMap<string, string> => new Map(lines ? lines.split("\n").map((each) => each.split("\t") as [string, string]) : []);

/** What is wrong with each row, as `column TAB message` lines: text, so that a row is drawn again only when it changes. */
function faultsByRow(table: string, faults: Faults): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [at, said] of faults) {
    const [, row, column] = /^([^#]+)#(.+)\.([^.]+)$/.exec(at)?.slice(1) ?? [];
    if (row && column && at.startsWith(`${table}#`)) found.set(row, `${found.has(row) ? `${found.get(row)}\n` : ""}${column}\t${said}`);
  }
  return found;
}

function read(field: Field, word: string): any {
  if (NAMED.has(field.widget)) return { code: word };
  if (field.widget === "choice") return field.options?.find((each) => each.title === word || each.value === word)?.value ?? word;
  if (!field.digits) return word;
  const digits = word.replace(/,(?=[0-9]{3})/g, "");
  return field.widget === "whole" ? whole(digits) : digits;
}
