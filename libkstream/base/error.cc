#include <kstream/error.h>

#include <algorithm>
#include <iterator>

namespace kstream {
namespace {

constexpr ErrorInfo kErrors[] = {
#define KSTREAM_ERROR(code, enumerator, name, retriable) {ErrorCode::enumerator, #name, retriable},
#include <kstream/error_codes.inc>
#undef KSTREAM_ERROR
};
static_assert(kErrors[0].code == ErrorCode::unknown_server_error);

}  // namespace

const ErrorInfo& error_info(ErrorCode code) {
  auto row = static_cast<std::size_t>(static_cast<std::int16_t>(code) + 1);  // the table begins at -1 and has no gap
  return row < std::size(kErrors) ? kErrors[row] : kErrors[0];
}

}  // namespace kstream
