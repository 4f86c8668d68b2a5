/** The one TensorFlow version that Upsize installs, traces graphs for, and is tested with. */
export const tensorflowVersion = '2.21.0';

/** The two builds of the native engine: for the processor, and for NVIDIA's GPUs, which can compute on the processor too. */
export type NativeBuild = 'cpu' | 'gpu';

/** A wheel with libraries of the engine for one platform, pinned by its checksum. */
export interface EngineWheel {
  /** Name on PyPI: `tensorflow-cpu` where there is a build without CUDA, else `tensorflow`; or one of NVIDIA's. */
  package: string;
  version: string;
  fileName: string;
  /** Lower-case hex SHA-256 of the wheel file, as PyPI publishes it. */
  sha256: string;
  bytes: number;
  /** pip's `--platform`. */
  platformTag: string;
  /** Members of the wheel that the engine takes. */
  libraries: readonly string[];
}

/** Which CPython's wheel is taken. It decides nothing here but the file: the libraries do not depend on Python. */
export const wheelPython = '3.11';

const linuxLibraries = ['tensorflow/libtensorflow_framework.so.2', 'tensorflow/libtensorflow_cc.so.2'];
const macLibraries = ['tensorflow/libtensorflow_framework.2.dylib', 'tensorflow/libtensorflow_cc.2.dylib'];

const cpuWheels: Readonly<Record<string, EngineWheel>> = {
  'linux-x64': {
    package: 'tensorflow-cpu',
    version: tensorflowVersion,
    fileName: 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
    sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
    bytes: 273_829_956,
    platformTag: 'manylinux_2_27_x86_64',
    libraries: linuxLibraries,
  },
  'linux-arm64': {
    package: 'tensorflow',
    version: tensorflowVersion,
    fileName: 'tensorflow-2.21.0-cp311-cp311-manylinux_2_27_aarch64.whl',
    sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
    bytes: 281_828_020,
    platformTag: 'manylinux_2_27_aarch64',
    libraries: linuxLibraries,
  },
  'darwin-arm64': {
    package: 'tensorflow',
    version: tensorflowVersion,
    fileName: 'tensorflow-2.21.0-cp311-cp311-macosx_12_0_arm64.whl',
    sha256: '51f46f4806139d01fc7920cc72a4c75876f80649bf40ff083ab6212ceb43ca88',
    bytes: 223_405_849,
    platformTag: 'macosx_12_0_arm64',
    libraries: macLibraries,
  },
};

/**
 * TensorFlow with CUDA, and those of the packages of its extra `and-cuda` that training on one GPU loads; left out are the compiler
 * that only XLA calls (nvcc), what only a profiler (CUPTI) or several GPUs (NCCL) take, and cuRAND, which nothing loads. CUDA
 * 12.9.1 and cuDNN 9.10.2 are in the ranges that the extra allows.
 */
const gpuWheels: readonly EngineWheel[] = [
  {
    package: 'tensorflow',
    version: tensorflowVersion,
    fileName: 'tensorflow-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
    sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
    bytes: 572_440_367,
    platformTag: 'manylinux_2_27_x86_64',
    libraries: linuxLibraries,
  },
  {
    package: 'nvidia-cuda-runtime-cu12',
    version: '12.9.79',
    fileName: 'nvidia_cuda_runtime_cu12-12.9.79-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
    sha256: '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
    bytes: 3_493_179,
    platformTag: 'manylinux2014_x86_64',
    libraries: ['nvidia/cuda_runtime/lib/libcudart.so.12'],
  },
  {
    package: 'nvidia-cublas-cu12',
    version: '12.9.1.4',
    fileName: 'nvidia_cublas_cu12-12.9.1.4-py3-none-manylinux_2_27_x86_64.whl',
    sha256: '453611eb21a7c1f2c2156ed9f3a45b691deda0440ec550860290dc901af5b4c2',
    bytes: 581_242_350,
    platformTag: 'manylinux_2_27_x86_64',
    libraries: ['nvidia/cublas/lib/libcublas.so.12', 'nvidia/cublas/lib/libcublasLt.so.12'],
  },
  {
    package: 'nvidia-cudnn-cu12',
    version: '9.10.2.21',
    fileName: 'nvidia_cudnn_cu12-9.10.2.21-py3-none-manylinux_2_27_x86_64.whl',
    sha256: '949452be657fa16687d0930933f032835951ef0892b37d2d53824d1a84dc97a8',
    bytes: 706_758_467,
    platformTag: 'manylinux_2_27_x86_64',
    libraries: [
      'nvidia/cudnn/lib/libcudnn.so.9',
      'nvidia/cudnn/lib/libcudnn_adv.so.9',
      'nvidia/cudnn/lib/libcudnn_cnn.so.9',
      'nvidia/cudnn/lib/libcudnn_engines_precompiled.so.9',
      'nvidia/cudnn/lib/libcudnn_engines_runtime_compiled.so.9',
      'nvidia/cudnn/lib/libcudnn_graph.so.9',
      'nvidia/cudnn/lib/libcudnn_heuristic.so.9',
      'nvidia/cudnn/lib/libcudnn_ops.so.9',
    ],
  },
  {
    package: 'nvidia-cuda-nvrtc-cu12',
    version: '12.9.86',
    fileName: 'nvidia_cuda_nvrtc_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
    sha256: '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
    bytes: 89_568_129,
    platformTag: 'manylinux2010_x86_64',
    libraries: ['nvidia/cuda_nvrtc/lib/libnvrtc.so.12', 'nvidia/cuda_nvrtc/lib/libnvrtc-builtins.so.12.9'],
  },
  {
    package: 'nvidia-cufft-cu12',
    version: '11.4.1.4',
    fileName: 'nvidia_cufft_cu12-11.4.1.4-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
    sha256: 'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
    bytes: 200_877_592,
    platformTag: 'manylinux2014_x86_64',
    libraries: ['nvidia/cufft/lib/libcufft.so.11'],
  },
  {
    package: 'nvidia-cusolver-cu12',
    version: '11.7.5.82',
    fileName: 'nvidia_cusolver_cu12-11.7.5.82-py3-none-manylinux_2_27_x86_64.whl',
    sha256: '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88',
    bytes: 338_117_415,
    platformTag: 'manylinux_2_27_x86_64',
    libraries: ['nvidia/cusolver/lib/libcusolver.so.11'],
  },
  {
    package: 'nvidia-cusparse-cu12',
    version: '12.5.10.65',
    fileName: 'nvidia_cusparse_cu12-12.5.10.65-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
    sha256: '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
    bytes: 366_465_088,
    platformTag: 'manylinux2014_x86_64',
    libraries: ['nvidia/cusparse/lib/libcusparse.so.12'],
  },
  {
    package: 'nvidia-nvjitlink-cu12',
    version: '12.9.86',
    fileName: 'nvidia_nvjitlink_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
    sha256: 'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
    bytes: 39_748_338,
    platformTag: 'manylinux2010_x86_64',
    libraries: ['nvidia/nvjitlink/lib/libnvJitLink.so.12'],
  },
];

/** Every wheel of every platform and build. */
export const pinnedWheels: readonly EngineWheel[] = [...Object.values(cpuWheels), ...gpuWheels];

/** Bytes that must be free to install a build: its wheels, their libraries, and pip's own copy of a wheel. */
export const neededBytes: Readonly<Record<NativeBuild, number>> = { cpu: 1_700_000_000, gpu: 8_200_000_000 };

/** How a build is installed, and what that takes, for people. */
export const installAdvice: Readonly<Record<NativeBuild, string>> = {
  cpu: '"upsize engine install" installs it (about 270 MB to download, 850 MB on disk).',
  gpu: '"upsize engine install --gpu" installs it (about 2.9 GB to download, 4.5 GB on disk).',
};

/** The wheels of a build for a Node platform and architecture (`process.platform`, `process.arch`), or why there are none. */
export function engineWheels(
  platform: string,
  arch: string,
  build: NativeBuild = 'cpu',
): readonly EngineWheel[] | { unsupported: string } {
  const target = `${platform}-${arch}`;
  if (build === 'gpu') {
    if (target === 'linux-x64') return gpuWheels;
    return { unsupported: `There is no engine for GPUs on ${target}, only on linux-x64 with an NVIDIA GPU.` };
  }
  const wheel = cpuWheels[target];
  if (wheel) return [wheel];
  const advice =
    platform === 'win32'
      ? 'On Windows, open the folder in WSL to use it; the WASM engine works here as it is.'
      : 'The WASM engine works here as it is.';
  return { unsupported: `There is no native engine for ${target}. ${advice}` };
}
