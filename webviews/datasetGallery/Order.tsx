import { Dropdown } from '../ui/controls.tsx';
import type { GalleryFilter } from './imageTable.ts';

type Sort = GalleryFilter['sort'];

const withoutRun: readonly { value: Sort; label: string }[] = [
  { value: 'name', label: 'by name' },
  { value: 'class', label: 'by class' },
  { value: 'smallest', label: 'smallest first' },
  { value: 'largest', label: 'largest first' },
];
const withRun: readonly { value: Sort; label: string }[] = [
  ...withoutRun,
  { value: 'suspicious', label: 'likely label errors first' },
  { value: 'confidence', label: 'surest first' },
];

interface OrderProps {
  sort: Sort;
  /** Whether a model judged some of the images. */
  judged: boolean;
  onSort: (sort: Sort) => void;
}

/** In which order the images stand. */
export function Order({ sort, judged, onSort }: OrderProps) {
  const options = judged ? withRun : withoutRun;
  return (
    <Dropdown
      label="Order"
      value={sort}
      options={options}
      onChange={(value) => onSort(options.find((option) => option.value === value)?.value ?? 'name')}
    />
  );
}
