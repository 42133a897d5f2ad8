// What comes to metrics.listener.
#include "base/assert.h"
#include "server/http.h"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kstream::server;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  auto request = parse_http_request(bytes);
  KS_ASSERT(request != HttpRequest::unfinished || size < kLongestHttpRequest);
  KS_ASSERT(http_response(request, "x").starts_with("HTTP/1.1 "));
  return 0;
}
