// Stands between the tests and the script: values come and go as JSON that names their kind.
"use strict";

const X = expressions;

function made(told) {
  if (told === null || typeof told !== "object") return told;
  if (Array.isArray(told)) return told.map(made);
  if ("exact" in told) return X.Exact.parse(told.exact);
  if ("day" in told) return X.Day.parse(told.day);
  if ("moment" in told) return X.Moment.parse(told.moment);
  if ("reference" in told) return new X.Reference(...told.reference);
  return Object.fromEntries(Object.entries(told.row).map(([name, each]) => [name, made(each)]));
}

function told(value) {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(told);
  if (value instanceof X.Exact) return { exact: X.format(value) };
  if (value instanceof X.Day) return { day: X.format(value) };
  if (value instanceof X.Moment) return { moment: X.format(value) };
  if (value instanceof X.Reference) return { reference: [value.form, value.id] };
  return { row: Object.fromEntries(Object.entries(value).map(([name, each]) => [name, told(each)])) };
}

function answered(each, records) {
  const names = (path, of) => {
    const last = path[path.length - 1];
    if (of !== undefined) return made(records[of.id]?.[last]);
    if (path.length === 1) return made(each.roots[last]);
    return made(last in each.roots.fields ? each.roots.fields[last] : records.d1[last]);
  };
  try {
    return told(X.evaluate(each.tree, names, null, { ...(each.zone && { zone: each.zone }), ...(each.fuel !== null && { fuel: each.fuel }) }));
  } catch (error) {
    return { refused: error instanceof X.Fault ? error.code : `${error}` };
  }
}

function ask(asked) {
  const { records, cases } = JSON.parse(asked);
  return JSON.stringify(cases.map((each) => answered(each, records)));
}
