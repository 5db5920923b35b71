/** Reads barcodes out of pictures, on a thread of its own: the one place whose policy lets WebAssembly be compiled. */

import { prepareZXingModule, readBarcodes, type ReadResult } from "zxing-wasm/reader";
import wasm from "zxing-wasm/reader/zxing_reader.wasm";

/** A GTIN within a GS1 element string, as people write it: `(01)09506000134352(10)A1`. */
const GTIN = /\(01\)([0-9]{14})/;

prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true }).then(
  () => postMessage({ ready: true }),
  () => postMessage({ broken: true }),
);

function codeOf(found: ReadResult): string {
  return found.contentType === "GS1" ? GTIN.exec(found.text)?.[1] ?? found.text : found.text;
}

addEventListener("message", (event: MessageEvent<ImageData>) => {
  readBarcodes(event.data, { textMode: "HRI", maxNumberOfSymbols: 4, tryInvert: false }).then(
    (found) => postMessage({ codes: found.filter((each) => each.isValid).map(codeOf).map((each) => each.trim()).filter(Boolean) }),
    () => postMessage({ codes: [] }),
  );
});
