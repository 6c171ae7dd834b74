/** Joiners that change how the text around them looks, and hide nothing: in emoji, and inside words of Arabic script. */
const JOINER =
  "(?<=\\p{Extended_Pictographic}\\uFE0F?|\\p{Emoji_Modifier})\\u200D(?=\\p{Extended_Pictographic})" +
  "|(?<=\\p{Script=Arabic})\\u200C(?=\\p{Script=Arabic})";
/** Controls, bidirectional and other format characters, line breaks, fillers and zero-width characters, lone surrogates. */
const HIDDEN = new RegExp(
  `(?!${JOINER})(?![\\uFE00-\\uFE0F])[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}]`,
  "gu",
);

/**
 * A name or title from another person without the characters that could disguise it (`gpj.exe` behind a right-to-left
 * override shows as `exe.jpg`). For show only; a name of nothing else is shown as U+FFFD.
 */
export function displayName(text: string): string {
  const shown = text.replace(HIDDEN, "");
  return shown.trim() === "" && text !== "" ? "\uFFFD" : shown;
}
