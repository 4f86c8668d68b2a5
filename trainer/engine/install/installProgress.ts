/** What an install is doing, for a progress display. */
export interface InstallProgress {
  phase: 'waiting' | 'downloading' | 'checking' | 'extracting' | 'building' | 'done';
  /** A sentence for the user. */
  message: string;
  /** Bytes done and in all, where the phase counts bytes. */
  bytes?: number;
  totalBytes?: number;
}

export type OnInstallProgress = (progress: InstallProgress) => void;
