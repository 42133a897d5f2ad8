#include "server/metrics_endpoint.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace kstream::server {
namespace {

constexpr std::size_t kMostSessions = 16;
constexpr std::chrono::seconds kWithin{10};

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

MetricsEndpoint::MetricsEndpoint(asio::io_context& context, int socket, std::function<void()> ask,
                                 std::function<void()> woke)
    : context_(context),
      acceptor_(context, socket, Acceptor::For::operators),
      ask_(std::move(ask)),
      woke_(std::move(woke)) {}

void MetricsEndpoint::start() {
  acceptor_.start([this](int socket, const PeerAddress&) { take(socket); }, [] {});
}

void MetricsEndpoint::take(int socket) {
  woke_();
  if (sessions_.size() == kMostSessions) sessions_.erase(sessions_.begin());
  auto made = std::make_unique<Session>(context_);
  boost::system::error_code refused;
  made->socket.assign(socket, refused);
  if (refused) return void(::close(socket));
  const auto id = ++last_;
  auto& session = *sessions_.emplace(id, std::move(made)).first->second;
  session.deadline.expires_after(kWithin);
  session.deadline.async_wait([this, id](boost::system::error_code error) {
    woke_();
    if (!error) sessions_.erase(id);
  });
  wait(id, asio::posix::stream_descriptor::wait_read, &MetricsEndpoint::receive);
}

void MetricsEndpoint::wait(std::uint64_t id, asio::posix::stream_descriptor::wait_type what,
                           void (MetricsEndpoint::*then)(std::uint64_t)) {
  sessions_.at(id)->socket.async_wait(what, [this, id, then](boost::system::error_code) {
    woke_();
    if (sessions_.contains(id)) (this->*then)(id);
  });
}

void MetricsEndpoint::receive(std::uint64_t id) {
  auto& session = *sessions_.at(id);
  std::array<char, 2048> buffer{};
  const auto n = ::recv(session.socket.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (n == 0 || (n < 0 && !would_block())) return void(sessions_.erase(id));
  if (n > 0) session.bytes.append(buffer.data(), static_cast<std::size_t>(n));
  session.request = parse_http_request(session.bytes);
  if (session.request == HttpRequest::unfinished)
    return wait(id, asio::posix::stream_descriptor::wait_read, &MetricsEndpoint::receive);
  session.bytes.clear();
  const bool wants_metrics = session.request == HttpRequest::metrics || session.request == HttpRequest::metrics_head;
  wants_metrics ? ask_() : respond(id, "");
}

void MetricsEndpoint::answer(const std::string& text) {
  std::vector<std::uint64_t> waiting;
  for (const auto& [id, session] : sessions_) {
    if (session->request != HttpRequest::unfinished && session->bytes.empty()) waiting.push_back(id);
  }
  for (auto id : waiting) respond(id, text);
}

void MetricsEndpoint::respond(std::uint64_t id, std::string_view text) {
  auto& session = *sessions_.at(id);
  session.bytes = http_response(session.request, text);
  send(id);
}

void MetricsEndpoint::send(std::uint64_t id) {
  auto& session = *sessions_.at(id);
  while (session.sent < session.bytes.size()) {
    const auto left = std::string_view(session.bytes).substr(session.sent);
    const auto n = ::send(session.socket.native_handle(), left.data(), left.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && would_block()) return wait(id, asio::posix::stream_descriptor::wait_write, &MetricsEndpoint::send);
    if (n < 0) break;
    session.sent += static_cast<std::size_t>(n);
  }
  ::shutdown(session.socket.native_handle(), SHUT_WR);
  sessions_.erase(id);
}

}  // namespace kstream::server
