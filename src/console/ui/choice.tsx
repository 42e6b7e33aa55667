/** One of a few values, all of them in sight. */

interface Props {
  readonly name: string;
  readonly legend: string;
  readonly options: readonly { readonly value: string; readonly title: string }[];
  readonly value: string;
  onChange(value: string): void;
}

export function Choice({ name, legend, options, value, onChange }: Props) {
  return (
    <fieldset class="choice">
      <legend class="visually-hidden">{legend}</legend>
      {options.map((option) => (
        <label key={option.value}>
          <input type="radio" name={name} checked={option.value === value} onChange={() => onChange(option.value)} />
          <span>{option.title}</span>
        </label>
      ))}
    </fieldset>
  );
}
