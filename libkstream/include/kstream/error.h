#pragma once

#include <kstream/export.h>

#include <cstdint>
#include <string_view>

namespace kstream {

/// Kafka's error codes, as they stand in every response.
enum class ErrorCode : std::int16_t {
#define KSTREAM_ERROR(code, enumerator, name, retriable) enumerator = code,
#include <kstream/error_codes.inc>
#undef KSTREAM_ERROR
};

/// What is known of an error code.
struct ErrorInfo {
  ErrorCode code;
  std::string_view name;  ///< Kafka's name, `UNKNOWN_TOPIC_OR_PARTITION`
  bool retriable;
};

/// The row of `code`; of UNKNOWN_SERVER_ERROR if Kafka 4.4 has no such code.
KSTREAM_API const ErrorInfo& error_info(ErrorCode code);

}  // namespace kstream
