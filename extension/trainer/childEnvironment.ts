const passedOn =
  /^(PATH|HOME|USER|LOGNAME|LANG|LANGUAGE|LC_.*|TMPDIR|TEMP|TMP|TZ|XDG_.*|UPSIZE_.*|TF_.*|CUDA_.*|NVIDIA_.*|LD_LIBRARY_PATH|DYLD_.*|OMP_.*|SLURM_.*|LOCALAPPDATA|APPDATA|USERPROFILE|SystemRoot|NODE_EXTRA_CA_CERTS|SSL_CERT_.*|HTTPS?_PROXY|NO_PROXY|PIP_.*|UV_.*|VIRTUAL_ENV)$/i;

/** What a child of the extension host gets of its environment: what it needs, and none of the user's secrets. */
export function childEnvironment(
  from: NodeJS.ProcessEnv,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const kept = Object.entries(from).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...Object.fromEntries(kept.filter(([name]) => passedOn.test(name))), ...more };
}
