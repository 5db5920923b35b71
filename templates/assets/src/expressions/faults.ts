/** What goes wrong while an expression is worked out: the codes that the server's own refusals have. */

export class Fault extends Error {
  /** `number division pack date text fuel value missing evaluation`: a fault is never a yes, and the server has the word. */
  readonly code: string;

  constructor(code: string, about = code) {
    super(about);
    this.code = code;
  }
}
