/** Recognises multipart bodies that ended too early. Pure. */

/** Whether an error or its cause is a premature end of the body. The parser's message is the only indication. */
export function brokeOff(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    /end of multipart data|before the multipart data was fully parsed/i.test(error.message) || brokeOff(error.cause)
  );
}
