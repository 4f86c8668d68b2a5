import { useRef } from 'preact/hooks';

interface ChoicesProps<T extends string> {
  label: string;
  value: T;
  options: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
  /** `tab` where a choice changes what is below, `radio` where it changes how something is shown. */
  role?: 'tab' | 'radio';
}

/** A row of choices of which one holds: one tab stop, arrows move and choose. */
export function Choices<T extends string>({ label, value, options, onChange, role = 'radio' }: ChoicesProps<T>) {
  const row = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const at = options.findIndex((option) => option.value === value);
    const next =
      event.key === 'Home' ? 0 : event.key === 'End' ? options.length - 1 : step === undefined ? null : at + step;
    if (next === null) return;
    event.preventDefault();
    const index = (next + options.length) % options.length;
    const chosen = options[index];
    if (!chosen) return;
    onChange(chosen.value);
    const button = row.current?.children[index];
    if (button instanceof HTMLElement) button.focus();
  };
  return (
    <div
      ref={row}
      class={`choices ${role}s`}
      role={role === 'tab' ? 'tablist' : 'radiogroup'}
      aria-label={label}
      onKeyDown={move}
    >
      {options.map((option) => {
        const chosen = option.value === value;
        return (
          <button
            key={option.value}
            type="button"
            class="choice"
            role={role}
            aria-selected={role === 'tab' ? chosen : undefined}
            aria-checked={role === 'radio' ? chosen : undefined}
            tabIndex={chosen ? 0 : -1}
            onClick={() => onChange(option.value)}
          >
            {option.label}
          </button>
        );
      })}
    </div>
  );
}
