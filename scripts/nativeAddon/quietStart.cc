// TensorFlow 2.21 logs "oneDNN custom operations are on" from an initializer of its library, before another one has read
// TF_CPP_MIN_LOG_LEVEL. The addon is linked so that this runs before both (-z initfirst), and sets the level then.
#include <cstdlib>

namespace absl {
inline namespace lts_20250814 {
enum class LogSeverityAtLeast : int { kInfo = 0, kWarning = 1, kError = 2, kFatal = 3 };
namespace log_internal {
// Absent in another TensorFlow, which then logs as it likes.
__attribute__((weak)) void RawSetMinLogLevel(LogSeverityAtLeast severity);
}  // namespace log_internal
}  // namespace lts_20250814
}  // namespace absl

__attribute__((constructor)) static void quietStart() {
  const char* level = std::getenv("TF_CPP_MIN_LOG_LEVEL");
  if (level == nullptr || absl::log_internal::RawSetMinLogLevel == nullptr) return;
  const int least = std::atoi(level);
  if (least >= 1 && least <= 3) absl::log_internal::RawSetMinLogLevel(static_cast<absl::LogSeverityAtLeast>(least));
}
