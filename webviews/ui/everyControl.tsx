// One of each control of webviews/ui/, for the contract test: what it does is written into `window.upsizeHeard`, and
// `window.upsizeDrawAnew` draws all of them once more.
import { render } from 'preact';
import { useState } from 'preact/hooks';
import { Button, Checkbox, Dropdown, TextField } from './controls.tsx';
import { registerTags } from './toolkitTags.ts';

const heard: string[] = [];
Reflect.set(window, 'upsizeHeard', heard);

function Controls() {
  const [checked, setChecked] = useState(false);
  const [text, setText] = useState('');
  const [choice, setChoice] = useState<'a' | 'b' | 'c'>('a');
  const [, setDrawn] = useState(0);
  Reflect.set(window, 'upsizeDrawAnew', () => setDrawn((times) => times + 1));
  return (
    <>
      <Button onPress={() => heard.push('press')}>Train Next Stage</Button>
      <Button disabled onPress={() => heard.push('never')}>
        Stop
      </Button>
      <Button look="icon" icon="refresh" label="Refresh" onPress={() => heard.push('icon')} />
      <Checkbox
        label="macro F1"
        checked={checked}
        onChange={(next) => {
          heard.push(`checked ${next}`);
          setChecked(next);
        }}
      />
      <TextField
        label="Search by file name"
        value={text}
        onInput={(next) => {
          heard.push(`text ${next}`);
          setText(next);
        }}
      />
      <Dropdown
        label="Order"
        value={choice}
        options={[
          { value: 'a', label: 'by name' },
          { value: 'b', label: 'by size' },
          { value: 'c', label: 'by class' },
        ]}
        onChange={(next) => {
          heard.push(`chosen ${next}`);
          setChoice(next);
        }}
      />
    </>
  );
}

registerTags();
const root = document.getElementById('panel');
if (root) render(<Controls />, root);
