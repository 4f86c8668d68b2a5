import { createElement, type ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { tags } from './toolkitTags.ts';

interface ButtonProps {
  children?: ComponentChildren;
  /** Codicon before the text, or alone; alone it needs a `label`. */
  icon?: string;
  /** What assistive technology reads where the face is an icon; also the tooltip. */
  label?: string;
  look?: 'primary' | 'secondary' | 'icon';
  pressed?: boolean;
  disabled?: boolean;
  onPress: () => void;
}

/** A button, named by a verb. */
export function Button({ children, icon, label, look = 'secondary', pressed, disabled = false, onPress }: ButtonProps) {
  return createElement(
    tags.button,
    {
      appearance: look,
      secondary: look === 'secondary' ? true : undefined,
      disabled,
      title: label,
      'aria-label': label,
      'aria-pressed': pressed === undefined ? undefined : String(pressed),
      class: pressed === true ? 'ui-button pressed' : 'ui-button',
      onClick: () => {
        if (!disabled) onPress();
      },
    },
    icon === undefined ? null : <span class={`codicon codicon-${icon}`} aria-hidden="true" />,
    children,
  );
}

/**
 * The element's own property, told apart from its attribute, which only says where it began. While an element is open, what the user
 * points at is its own: views are drawn anew several times a second while a run trains.
 */
function useProperty<T>(name: string, value: T) {
  const reference = useRef<HTMLElement>(null);
  useEffect(() => {
    const element = reference.current;
    if (!element || Reflect.get(element, 'open') === true) return;
    if (Reflect.get(element, name) !== value) Reflect.set(element, name, value);
  });
  return reference;
}

function textValue(event: Event): string {
  const value: unknown = event.currentTarget instanceof Element ? Reflect.get(event.currentTarget, 'value') : '';
  return typeof value === 'string' ? value : '';
}

/** A check box with its words beside it. */
export function Checkbox(props: { label: string; checked: boolean; onChange: (checked: boolean) => void }) {
  const { label, checked, onChange } = props;
  const reference = useProperty('checked', checked);
  return createElement(
    tags.checkbox,
    {
      ref: reference,
      'aria-label': label,
      onChange: (event: Event) => {
        const now: unknown = event.currentTarget instanceof Element && Reflect.get(event.currentTarget, 'checked');
        // The element also fires while a property is set from outside.
        if (typeof now === 'boolean' && now !== checked) onChange(now);
      },
    },
    label,
  );
}

/** One line of text. */
export function TextField(props: {
  label: string;
  value: string;
  placeholder?: string;
  onInput: (value: string) => void;
}) {
  const { label, value, placeholder, onInput } = props;
  const reference = useProperty('value', value);
  // The toolkit's element names itself "Text field" when it is connected, whatever the attribute said before.
  useEffect(() => reference.current?.setAttribute('aria-label', label), [label]);
  return createElement(tags.textField, {
    ref: reference,
    class: 'ui-text',
    'aria-label': label,
    label,
    placeholder,
    onInput: (event: Event) => onInput(textValue(event)),
  });
}

/** One of a few. */
export function Dropdown<T extends string>(props: {
  label: string;
  value: T;
  options: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
}) {
  const { label, value, options, onChange } = props;
  const reference = useProperty<string>('value', value);
  return createElement(
    tags.dropdown,
    {
      ref: reference,
      class: 'ui-dropdown',
      'aria-label': label,
      label,
      title: label,
      onChange: (event: Event) => {
        const chosen = options.find((option) => option.value === textValue(event));
        if (chosen && chosen.value !== value) onChange(chosen.value);
      },
    },
    options.map((option) =>
      createElement(
        tags.option,
        { key: option.value, value: option.value, selected: option.value === value },
        option.label,
      ),
    ),
  );
}
