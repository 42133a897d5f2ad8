#include "server/http.h"

#include <algorithm>

namespace kstream::server {
namespace {

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

struct Answer {
  std::string_view status, sentence;
};

Answer answer_to(HttpRequest request) {
  switch (request) {
    case HttpRequest::unfinished:
    case HttpRequest::metrics:
    case HttpRequest::metrics_head:
      return {"200 OK", ""};
    case HttpRequest::not_found:
      return {"404 Not Found", "There is only /metrics.\n"};
    case HttpRequest::not_allowed:
      return {"405 Method Not Allowed\r\nAllow: GET, HEAD", "There is only GET /metrics.\n"};
    case HttpRequest::too_long:
      return {"431 Request Header Fields Too Large", "The request is too long.\n"};
    case HttpRequest::malformed:
      break;
  }
  return {"400 Bad Request", "This is no HTTP request.\n"};
}

}  // namespace

HttpRequest parse_http_request(std::string_view bytes) {
  const auto head = bytes.substr(0, kLongestHttpRequest);
  const auto line = head.substr(0, head.find_first_of("\r\n"));
  const auto first = line.find(' '), last = line.rfind(' ');
  if (line.size() < head.size()) {  // the first line is whole
    const bool three = first != line.npos && last > first && is_token(line.substr(0, first)) &&
                       is_token(line.substr(first + 1, last - first - 1));
    if (!three || !line.substr(last + 1).starts_with("HTTP/1.")) return HttpRequest::malformed;
  }
  if (head.find("\r\n\r\n") == head.npos && head.find("\n\n") == head.npos) {
    return bytes.size() < kLongestHttpRequest ? HttpRequest::unfinished : HttpRequest::too_long;
  }
  const auto method = line.substr(0, first);
  auto path = line.substr(first + 1, last - first - 1);
  path = path.substr(0, path.find('?'));
  if (method != "GET" && method != "HEAD") return HttpRequest::not_allowed;
  if (path != "/metrics") return HttpRequest::not_found;
  return method == "GET" ? HttpRequest::metrics : HttpRequest::metrics_head;
}

std::string http_response(HttpRequest request, std::string_view body) {
  const bool found = request == HttpRequest::metrics || request == HttpRequest::metrics_head;
  const auto [status, sentence] = answer_to(request);
  const auto content = found ? body : sentence;
  std::string text =
      "HTTP/1.1 " + std::string(status) + "\r\nContent-Type: text/plain; " + (found ? "version=0.0.4; " : "") +
      "charset=utf-8\r\nContent-Length: " + std::to_string(content.size()) + "\r\nConnection: close\r\n\r\n";
  return request == HttpRequest::metrics_head ? text : text += content;
}

}  // namespace kstream::server
