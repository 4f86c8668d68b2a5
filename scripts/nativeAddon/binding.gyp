# Builds tfjs-node's addon against the TensorFlow libraries in Upsize's cache. N-API: one build serves every Node and
# Electron. `binding/` is a copy of tfjs-node's (gyp wants sources below its own folder). The addon looks for the libraries in ../lib, which is where the cache keeps them.
{
  'variables': {
    'tensorflow_include_dir%': '',
    'tensorflow_lib_dir%': '',
  },
  'targets': [
    {
      'target_name': 'tfjs_binding',
      'sources': ['binding/tfjs_backend.cc', 'binding/tfjs_binding.cc'],
      'include_dirs': ['<(tensorflow_include_dir)'],
      'defines': ['NAPI_VERSION=8'],
      'cflags_cc': ['-std=c++17', '-Wno-cast-function-type'],
      'conditions': [
        ['OS=="linux"', {
          'sources': ['quietStart.cc'],
          'libraries': [
            "-Wl,-rpath,'$$ORIGIN/../lib'",
            '-Wl,-z,initfirst',
            '<(tensorflow_lib_dir)/libtensorflow_cc.so.2',
            '<(tensorflow_lib_dir)/libtensorflow_framework.so.2',
          ],
        }],
        ['OS=="mac"', {
          'xcode_settings': {
            'CLANG_CXX_LANGUAGE_STANDARD': 'c++17',
            'MACOSX_DEPLOYMENT_TARGET': '12.0',
          },
          'libraries': [
            '-Wl,-rpath,@loader_path/../lib',
            '<(tensorflow_lib_dir)/libtensorflow_cc.2.dylib',
            '<(tensorflow_lib_dir)/libtensorflow_framework.2.dylib',
          ],
        }],
      ],
    },
  ],
}
