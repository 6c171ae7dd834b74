/** Printable characters of one byte each, to which Unicode's longer way makes no difference. */
export const ASCII = /^[ -~]*$/;

/**
 * What file systems compare: NFC, full case folding (Unicode 3.13, built from the simple mappings, as the language has
 * no folding of its own), and without the dots and spaces at the end that Windows drops.
 */
export function foldSegment(segment: string): string {
  const folded = ASCII.test(segment) ? segment.toLowerCase() : foldUnicode(segment);
  return folded.replace(/[. ]+$/, "");
}

/** One character at a time, as `toLowerCase` of a whole word treats a final sigma apart. */
function foldUnicode(text: string): string {
  let folded = "";
  for (const char of text.normalize("NFC")) {
    // The dotless i upper-cases to I, but folds to itself: Turkish names that differ in it are different.
    folded += char === "\u0131" ? char : char.toLowerCase().toUpperCase().toLowerCase();
  }
  return folded.normalize("NFC");
}
