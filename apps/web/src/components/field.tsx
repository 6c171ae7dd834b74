import { FieldError, Input, Label, Text, TextField, type TextFieldProps } from "react-aria-components";

interface FieldProps extends Omit<TextFieldProps, "className" | "children"> {
  readonly label: string;
  readonly hint?: string;
  readonly error?: string;
}

/**
 * A text field with its label above and, below, a hint or what is wrong. Validation is told, not enforced: the browser's
 * own would keep a form with a marked field from being sent again.
 */
export function Field({ label, hint, error, ...field }: FieldProps) {
  return (
    <TextField {...field} className="field" isInvalid={error !== undefined} validationBehavior="aria">
      <Label>{label}</Label>
      <Input className="input" />
      {hint !== undefined && (
        <Text slot="description" className="field-hint">
          {hint}
        </Text>
      )}
      <FieldError className="field-error">{error}</FieldError>
    </TextField>
  );
}
