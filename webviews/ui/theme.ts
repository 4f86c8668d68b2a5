import { useEffect, useState } from 'preact/hooks';
import { cssColor, mix, parseColor, stageColors, withAlpha, type Rgba } from './colors.ts';

/** The theme in force, read from VS Code's variables, for what CSS cannot reach: canvases and saved pictures. */
export interface Theme {
  kind: 'dark' | 'light' | 'highContrast' | 'highContrastLight';
  fontFamily: string;
  fontSize: number;
  background: string;
  foreground: string;
  muted: string;
  grid: string;
  border: string;
  focus: string;
  good: string;
  bad: string;
  blue: string;
  warning: string;
  tooltipBackground: string;
  tooltipForeground: string;
  /** Colour of a stage, from the smallest (0) to the largest. */
  stageColor: (index: number, stages: number) => string;
  /** The same, as thin as a shade behind curves. */
  stageShade: (index: number, stages: number) => string;
  /** A cell's shade: the share of its row, 0 to 1, on the blue scale; and the text that is read best on it. */
  cell: (share: number) => { fill: string; text: string };
  /** The same for a change: −1 to 1, red over nothing to green. */
  deltaCell: (share: number) => { fill: string; text: string };
}

const white: Rgba = [255, 255, 255, 1];
const black: Rgba = [0, 0, 0, 1];

/** Reads the theme from the page as it is now. */
export function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const dark =
    document.body.classList.contains('vscode-dark') || document.body.classList.contains('vscode-high-contrast');
  const light = document.body.classList.contains('vscode-high-contrast-light');
  const high = document.body.classList.contains('vscode-high-contrast') || light;
  const isDark = dark && !light;
  const variable = (name: string) => style.getPropertyValue(`--vscode-${name}`).trim();
  const color = (names: string[], otherwise: Rgba): Rgba => {
    for (const name of names) {
      const found = parseColor(variable(name));
      if (found) return found;
    }
    return otherwise;
  };
  const background = color(['editor-background'], isDark ? black : white);
  const foreground = color(['editor-foreground', 'foreground'], isDark ? white : black);
  const blue = color(['charts-blue'], [55, 148, 255, 1]);
  const good = color(['charts-green'], [63, 153, 63, 1]);
  const bad = color(['charts-red'], [205, 60, 60, 1]);
  const over = (top: Rgba) => mix(background, top, top[3]);
  const stages = (count: number) => stageColors(count, over(blue), background, foreground);
  const onFill = (fill: Rgba) => {
    const brightness = (0.299 * fill[0] + 0.587 * fill[1] + 0.114 * fill[2]) / 255;
    return cssColor(brightness > 0.55 ? black : white);
  };
  const shade = (towards: Rgba, share: number) => {
    const fill = mix(background, over(towards), Math.min(1, Math.max(0, share)));
    return { fill: cssColor(fill), text: onFill(fill) };
  };
  return {
    kind: high ? (light ? 'highContrastLight' : 'highContrast') : isDark ? 'dark' : 'light',
    fontFamily: variable('font-family') || 'sans-serif',
    fontSize: Number.parseFloat(variable('font-size')) || 13,
    background: cssColor(background),
    foreground: cssColor(foreground),
    muted: cssColor(over(color(['descriptionForeground'], mix(background, foreground, 0.7)))),
    grid: cssColor(high ? mix(background, foreground, 0.35) : mix(background, foreground, 0.1)),
    border: cssColor(
      over(color(['contrastBorder', 'panel-border', 'widget-border'], mix(background, foreground, 0.2))),
    ),
    focus: cssColor(color(['focusBorder'], blue)),
    good: cssColor(over(good)),
    bad: cssColor(over(bad)),
    blue: cssColor(over(blue)),
    warning: cssColor(over(color(['editorWarning-foreground', 'charts-yellow'], [191, 136, 3, 1]))),
    tooltipBackground: cssColor(over(color(['editorHoverWidget-background'], background))),
    tooltipForeground: cssColor(over(color(['editorHoverWidget-foreground'], foreground))),
    stageColor: (index, count) => cssColor(stages(count)[index] ?? blue),
    stageShade: (index, count) => cssColor(withAlpha(stages(count)[index] ?? blue, high ? 0 : isDark ? 0.07 : 0.06)),
    cell: (share) => shade(isDark ? mix(blue, white, 0.15) : mix(blue, black, 0.2), share),
    deltaCell: (share) => shade(share >= 0 ? good : bad, Math.abs(share) * 0.8),
  };
}

/** The theme in force, and a new one each time the user chooses another. */
export function useTheme(): Theme {
  const [theme, setTheme] = useState(readTheme);
  useEffect(() => {
    // VS Code changes the variables on the root element and the kind on the body, one after the other.
    let frame = 0;
    const observer = new MutationObserver(() => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => setTheme(readTheme()));
    });
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
    observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-kind'] });
    return () => {
      observer.disconnect();
      cancelAnimationFrame(frame);
    };
  }, []);
  return theme;
}
