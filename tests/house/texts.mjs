// Every text that our TypeScript says, read from its syntax trees. Told to `test_texts.py` as JSON lines' worth of one array.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";

const [assets] = process.argv.slice(2);
const ts = createRequire(join(assets, "package.json"))("typescript");
const NAMED = new Set(["aria-label", "title", "placeholder", "alt", "label", "aria-description", "aria-roledescription", "data-title"]);
const SET = new Set(["textContent", "innerText", "title", "placeholder", "ariaLabel", "alt"]);
const found = [];

/** The words of a literal, `{}` where a value stands; null where it is none. */
function literal(node) {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (ts.isTemplateExpression(node)) return node.head.text + node.templateSpans.map((each) => `{}${each.literal.text}`).join("");
  return null;
}

/** What an expression may come to as a text: both sides of a choice, the parts of a sum. */
function* said(node) {
  const words = literal(node);
  if (words !== null) yield words;
  if (ts.isTemplateExpression(node)) for (const each of node.templateSpans) yield* said(each.expression);
  else if (ts.isParenthesizedExpression(node) || ts.isNonNullExpression(node)) yield* said(node.expression);
  else if (ts.isConditionalExpression(node)) { yield* said(node.whenTrue); yield* said(node.whenFalse); }
  else if (ts.isBinaryExpression(node) && ["+", "||", "??", "&&"].includes(node.operatorToken.getText())) {
    if (node.operatorToken.getText() !== "&&") yield* said(node.left);
    yield* said(node.right);
  }
}

for (const entry of readdirSync(join(assets, "src"), { recursive: true })) {
  if (!/\.tsx?$/.test(entry)) continue;
  const path = join(assets, "src", entry);
  const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  const tell = (kind, node, ...texts) => found.push({ kind, at: `${relative(assets, path)}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`, texts });
  (function walk(node, within) {
    if (ts.isCallExpression(node) && node.expression.getText() === "say" && node.arguments.length === 2) {
      tell("said", node, ...node.arguments.map((each) => literal(each) ?? [...said(each)].join(" ")));
      node.arguments.forEach((each) => walk(each, true));
      return;
    }
    if (ts.isJsxText(node) && node.text.trim()) tell("bare", node, node.text.trim());
    if (ts.isJsxExpression(node) && node.expression && (!ts.isJsxAttribute(node.parent) || NAMED.has(node.parent.name.getText())))
      for (const each of said(node.expression)) tell("bare", node, each);
    if (ts.isJsxAttribute(node) && NAMED.has(node.name.getText()) && node.initializer && ts.isStringLiteral(node.initializer)) tell("bare", node, node.initializer.text);
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken && ts.isPropertyAccessExpression(node.left) && SET.has(node.left.name.text))
      for (const each of said(node.right)) tell("bare", node, each);
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === "setAttribute" && NAMED.has(node.arguments[0] ? literal(node.arguments[0]) : ""))
      for (const each of said(node.arguments[1])) tell("bare", node, each);
    if (!within && literal(node) !== null) tell("literal", node, literal(node));
    ts.forEachChild(node, (child) => walk(child, within));
  })(source, false);
}
process.stdout.write(JSON.stringify(found));
