#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kstream::server {

/// The longest request, without a body, that is looked at.
inline constexpr std::size_t kLongestHttpRequest = 8 << 10;

/// What the bytes that have come on a connection ask for.
enum class HttpRequest {
  unfinished,    ///< more is to come
  metrics,       ///< GET /metrics
  metrics_head,  ///< HEAD /metrics
  not_found,     ///< another path
  not_allowed,   ///< another method
  too_long,      ///< the head does not end within kLongestHttpRequest
  malformed,
};

/// Reads the head of an HTTP/1.x request as far as it matters here: one document, which may be got. Headers, and a
/// query behind the path, are passed over.
HttpRequest parse_http_request(std::string_view bytes);

/// A whole answer, after which the connection is closed. `body` is sent for `metrics` only; others get a sentence.
std::string http_response(HttpRequest request, std::string_view body);

}  // namespace kstream::server
