#include "server/http.h"

#include <string>

namespace kstream::server {
namespace {

HttpRequest parse(const std::string& text) { return parse_http_request(text); }

TEST(Http, ReadsWhatMatters) {
  EXPECT_EQ(parse("GET /metrics HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n\r\n"), HttpRequest::metrics);
  EXPECT_EQ(parse("GET /metrics HTTP/1.0\n\n"), HttpRequest::metrics);
  EXPECT_EQ(parse("GET /metrics?name[]=x HTTP/1.1\r\n\r\n"), HttpRequest::metrics);
  EXPECT_EQ(parse("HEAD /metrics HTTP/1.1\r\n\r\n"), HttpRequest::metrics_head);
  EXPECT_EQ(parse("GET / HTTP/1.1\r\n\r\n"), HttpRequest::not_found);
  EXPECT_EQ(parse("GET /metrics/x HTTP/1.1\r\n\r\n"), HttpRequest::not_found);
  EXPECT_EQ(parse("POST /metrics HTTP/1.1\r\n\r\n"), HttpRequest::not_allowed);
}

TEST(Http, WaitsForTheEndOfTheHead) {
  const std::string whole = "GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(parse(whole.substr(0, size)), HttpRequest::unfinished) << size;
  }
}

TEST(Http, RefusesWhatIsNoRequest) {
  for (auto text : {"\r\n", "GET\r\n", "GET /metrics\r\n", "GET  HTTP/1.1\r\n", "GET /metrics HTTP/2\r\n",
                    "GET /a b HTTP/1.1\r\n", " /metrics HTTP/1.1\r\n", "\x16\x03\x01\x02 \r\n"}) {
    EXPECT_EQ(parse(text), HttpRequest::malformed) << text;
  }
  EXPECT_EQ(parse(std::string(kLongestHttpRequest - 1, 'x')), HttpRequest::unfinished);
  EXPECT_EQ(parse(std::string(kLongestHttpRequest, 'x')), HttpRequest::too_long);
  EXPECT_EQ(parse("GET /metrics HTTP/1.1\r\nA: " + std::string(kLongestHttpRequest, 'x') + "\r\n\r\n"),
            HttpRequest::too_long);
}

TEST(Http, AnswersWithALength) {
  EXPECT_EQ(http_response(HttpRequest::metrics, "a 1\n"),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: 4\r\n"
            "Connection: close\r\n\r\na 1\n");
  auto head = http_response(HttpRequest::metrics_head, "a 1\n");
  EXPECT_NE(head.find("Content-Length: 4\r\n"), std::string::npos);
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
  EXPECT_TRUE(http_response(HttpRequest::not_found, "secret").starts_with("HTTP/1.1 404 "));
  EXPECT_EQ(http_response(HttpRequest::not_found, "secret").find("secret"), std::string::npos);
  EXPECT_NE(http_response(HttpRequest::not_allowed, "").find("\r\nAllow: GET, HEAD\r\n"), std::string::npos);
  EXPECT_TRUE(http_response(HttpRequest::too_long, "").starts_with("HTTP/1.1 431 "));
  EXPECT_TRUE(http_response(HttpRequest::malformed, "").starts_with("HTTP/1.1 400 "));
}

}  // namespace
}  // namespace kstream::server
