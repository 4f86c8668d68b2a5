/** The one TensorFlow version that Upsize installs, traces graphs for, and is tested with. */
export const tensorflowVersion = '2.21.0';

/** A wheel that holds TensorFlow's C library for one platform, pinned by its checksum. */
export interface TensorflowWheel {
  /** Name on PyPI: `tensorflow-cpu` where there is a build without CUDA, else `tensorflow`. */
  package: string;
  fileName: string;
  /** Lower-case hex SHA-256 of the wheel file, as PyPI publishes it. */
  sha256: string;
  bytes: number;
  /** pip's `--platform`. */
  platformTag: string;
  /** Members of the wheel that the engine links against, in the order in which they must be loaded. */
  libraries: readonly string[];
}

/** Which CPython's wheel is taken. It decides nothing here but the file: the libraries do not depend on Python. */
export const wheelPython = '3.11';

const linuxLibraries = ['tensorflow/libtensorflow_framework.so.2', 'tensorflow/libtensorflow_cc.so.2'];
const macLibraries = ['tensorflow/libtensorflow_framework.2.dylib', 'tensorflow/libtensorflow_cc.2.dylib'];

const wheels: Readonly<Record<string, TensorflowWheel>> = {
  'linux-x64': {
    package: 'tensorflow-cpu',
    fileName: 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
    sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
    bytes: 273_829_956,
    platformTag: 'manylinux_2_27_x86_64',
    libraries: linuxLibraries,
  },
  'linux-arm64': {
    package: 'tensorflow',
    fileName: 'tensorflow-2.21.0-cp311-cp311-manylinux_2_27_aarch64.whl',
    sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
    bytes: 281_828_020,
    platformTag: 'manylinux_2_27_aarch64',
    libraries: linuxLibraries,
  },
  'darwin-arm64': {
    package: 'tensorflow',
    fileName: 'tensorflow-2.21.0-cp311-cp311-macosx_12_0_arm64.whl',
    sha256: '51f46f4806139d01fc7920cc72a4c75876f80649bf40ff083ab6212ceb43ca88',
    bytes: 223_405_849,
    platformTag: 'macosx_12_0_arm64',
    libraries: macLibraries,
  },
};

/** The wheel for a Node platform and architecture (`process.platform`, `process.arch`), or why there is none. */
export function tensorflowWheel(platform: string, arch: string): TensorflowWheel | { unsupported: string } {
  const wheel = wheels[`${platform}-${arch}`];
  if (wheel) return wheel;
  const advice =
    platform === 'win32'
      ? 'On Windows, open the folder in WSL to use it; the WASM engine works here as it is.'
      : 'The WASM engine works here as it is.';
  return { unsupported: `There is no native engine for ${platform}-${arch}. ${advice}` };
}
