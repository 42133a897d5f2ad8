#include "client/connection.h"

#include "base/assert.h"
#include "net/same_machine.h"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

namespace kstream::client {
namespace {

using boost::system::error_code;
using protocol::ApiKey;
using protocol::ApiVersionsRequest;
using protocol::ApiVersionsResponse;

constexpr std::size_t kBlockSize = std::size_t{64} * 1024;
constexpr std::size_t kPiecesOfWrite = 64;
constexpr std::size_t kLengthSize = 4;
/// The length and the correlation id of an answer. What has both right is believed to be a broker.
constexpr std::size_t kHeadSize = 8;
/// The largest block made because a frame's length asks for it. A larger frame gets its memory as its bytes come.
constexpr std::size_t kMostOnTrust = std::size_t{128} << 20;

std::string api_name(ApiKey api) { return protocol::find_api(static_cast<std::int16_t>(api))->name; }

bool is_flexible(ApiKey api, std::int16_t version) {
  return version >= protocol::find_api(static_cast<std::int16_t>(api))->flexible_from;
}

/// What goes out, in order: the bytes up to each gap, and the batch that fills it.
std::vector<asio::const_buffer> pieces_of(const EncodedRequest& request) {
  KS_ASSERT(request.splices.size() == request.batches.size());
  std::vector<asio::const_buffer> pieces;
  std::size_t from = 0;
  for (std::size_t i = 0; i < request.splices.size(); ++i) {
    pieces.emplace_back(request.bytes.data() + from, request.splices[i].at - from);
    pieces.emplace_back(request.batches[i].data(), request.batches[i].size());
    from = request.splices[i].at;
  }
  if (from < request.bytes.size()) pieces.emplace_back(request.bytes.data() + from, request.bytes.size() - from);
  return pieces;
}

}  // namespace

ApiVersionsRequest versions_request() {
  ApiVersionsRequest request;
  request.client_software_name = "kstream";
  request.client_software_version = KSTREAM_VERSION;
  return request;
}

Connection::Connection(asio::io_context& context, const ClientSettings& settings, Endpoint endpoint, Identity identity,
                       base::Random& random, std::function<void()> changed)
    : context_(context),
      settings_(settings),
      endpoint_(std::move(endpoint)),
      identity_(std::move(identity)),
      random_(random),
      changed_(std::move(changed)),
      resolver_(context),
      socket_(context),
      deadline_timer_(context),
      pause_timer_(context) {}

void Connection::want() {
  if (state_ != State::idle || stopping_) return;
  state_ = State::connecting;
  asio::co_spawn(context_, run(), asio::detached);
}

asio::awaitable<void> Connection::run() {
  Error error;
  try {
    error = co_await serve();
  } catch (const std::exception& exception) {  // no memory, or what `trace` threw
    error = {ErrorCode::network_exception, endpoint_.to_string() + ": " + exception.what()};
  }
  end(std::move(error));
  if (!stopping_) {
    const std::int64_t longest = settings_.reconnect.after(failures_).count() * 1000;
    pause_timer_.expires_after(std::chrono::microseconds(random_.between(longest * 4 / 5, longest)));
    co_await pause_timer_.async_wait(kAwaitTuple);
  }
  state_ = State::idle;
  if (!stopping_) changed_();
}

/// Until the connection ends, which is told.
asio::awaitable<Error> Connection::serve() {
  std::optional<Error> failed = co_await connect();
  if (!failed) {
    negotiate(ApiVersionsRequest::kMaxVersion);
    failed = co_await receive();
  }
  if (close_reason_) failed = std::exchange(close_reason_, std::nullopt);
  co_return *std::move(failed);
}

/// Tries the addresses of the host in turn.
asio::awaitable<std::optional<Error>> Connection::connect() {
  error_code none;
  const asio::ip::address numeric = asio::ip::make_address(endpoint_.host, none);
  if (!none) {
    const asio::ip::tcp::endpoint address(numeric, endpoint_.port);
    co_return co_await connect_to(address);
  }
  const std::string port = std::to_string(endpoint_.port);
  const auto [error, addresses] = co_await resolver_.async_resolve(endpoint_.host, port, kAwaitTuple);
  std::optional<Error> failed =
      Error{ErrorCode::network_exception, endpoint_.to_string() + ": " + (error ? error.message() : "no address")};
  for (const auto& address : addresses) {
    if (stopping_) break;
    const asio::ip::tcp::endpoint to = address.endpoint();
    failed = co_await connect_to(to);
    if (!failed) break;
  }
  co_return failed;
}

asio::awaitable<std::optional<Error>> Connection::connect_to(asio::ip::tcp::endpoint address) {
  error_code error;
  socket_.close(error);
  close_reason_.reset();
  // Not open(), whose sockets would be those of every process that the program starts.
  const int descriptor = ::socket(address.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
  if (descriptor < 0) {
    error = error_code(errno, boost::system::system_category());
  } else {
    socket_.assign(address.protocol(), descriptor, error);
  }
  if (!error) {
    set_options();
    watch_deadline(mono_now() + settings_.connect_timeout);
    std::tie(error) = co_await socket_.async_connect(address, kAwaitTuple);
  }
  if (close_reason_) co_return *close_reason_;
  if (error) co_return Error{ErrorCode::network_exception, endpoint_.to_string() + ": " + error.message()};
  socket_.non_blocking(true, error);
  net::send_at_once_within_machine(socket_.native_handle());
  co_return std::nullopt;
}

void Connection::set_options() {
  error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  if (settings_.send_buffer) {
    socket_.set_option(asio::socket_base::send_buffer_size(*settings_.send_buffer), ignored);
  }
  if (settings_.receive_buffer) {
    socket_.set_option(asio::socket_base::receive_buffer_size(*settings_.receive_buffer), ignored);
  }
}

asio::awaitable<Error> Connection::receive() {
  for (;;) {
    make_room();
    error_code error;
    const std::size_t room = block_->size() - end_;
    const std::size_t size = socket_.read_some(asio::buffer(block_->data() + end_, room), error);
    end_ += size;
    if (std::optional<Error> failed = take_frames()) co_return *std::move(failed);
    if (!error && size == room) continue;  // there may be more
    if (!error || error == asio::error::would_block) {
      std::tie(error) = co_await socket_.async_wait(asio::socket_base::wait_read, kAwaitTuple);
    }
    if (error) {
      const std::string what = error == asio::error::eof ? "the broker closed the connection" : error.message();
      co_return Error{ErrorCode::network_exception, endpoint_.to_string() + ": " + what};
    }
  }
}

/// Lets the frame that has begun, or the next one, fit behind what is received, or a larger part of it.
void Connection::make_room() {
  const std::size_t held = end_ - begin_;
  std::size_t needed = kHeadSize;
  if (held >= kHeadSize) {
    needed = kLengthSize + static_cast<std::uint32_t>(base::load_be<std::int32_t>(block_->data() + begin_));
  }
  if (held == 0 && block_.unique()) begin_ = end_ = 0;
  if (block_ && block_->size() - begin_ >= std::min(needed, kMostOnTrust) && end_ < block_->size()) return;
  needed = std::min(needed, std::max(kMostOnTrust, 2 * held));
  auto block = base::make_counted<base::Block>(std::max(kBlockSize, needed));
  if (held > 0) std::memcpy(block->data(), block_->data() + begin_, held);
  block_ = std::move(block);
  begin_ = 0;
  end_ = held;
}

std::optional<Error> Connection::take_frames() {
  while (end_ - begin_ >= kHeadSize) {
    const char* at = block_->data() + begin_;
    const auto size = base::load_be<std::int32_t>(at);
    const bool awaited = !pending_.empty() && pending_.front().correlation_id == base::load_be<std::int32_t>(at + 4);
    if (size < 4 || !awaited) {
      return Error{ErrorCode::network_exception,
                   endpoint_.to_string() + ": not a Kafka broker, or its answers are mixed up"};
    }
    if (end_ - begin_ - kLengthSize < static_cast<std::size_t>(size)) break;
    begin_ += kLengthSize + static_cast<std::size_t>(size);
    if (auto failed = take_frame(base::BytesView(at + kLengthSize, static_cast<std::size_t>(size)))) return failed;
    if (close_reason_) return close_reason_;
  }
  return std::nullopt;
}

/// The answer to the first of pending_.
std::optional<Error> Connection::take_frame(base::BytesView frame) {
  Pending pending = std::move(pending_.front());
  pending_.pop_front();
  protocol::Reader reader(frame, is_flexible(pending.api, pending.version));
  read_response_header(reader, pending.api);
  if (!reader.ok()) return Error{ErrorCode::network_exception, endpoint_.to_string() + ": " + reader.error()};
  Answer answer{{block_, frame.substr(frame.size() - reader.left())}, pending.version};
  pending.done(std::move(answer));
  return std::nullopt;
}

void Connection::negotiate(int version) {
  ApiVersionsRequest request = versions_request();
  if (settings_.check_cluster) {
    request.cluster_id = identity_.cluster_id;
    request.node_id = identity_.node.value;
  }
  send(*encode_request(request, version, settings_.client_id),
       [this](const Result<Answer>& answer) { on_versions(answer); });
}

/// A broker that does not know the version answers in version 0, and there names the newest that it knows (KIP-511).
void Connection::on_versions(const Result<Answer>& answer) {
  if (!answer) return;  // run() sees the same
  const base::BytesView body = answer->body.bytes;
  const auto code =
      body.size() < 2 ? ErrorCode::none : static_cast<ErrorCode>(base::load_be<std::int16_t>(body.data()));
  const bool retry = code == ErrorCode::unsupported_version && answer->version > 0;
  Result<ApiVersionsResponse> response = protocol::decoded<ApiVersionsResponse>(body, retry ? 0 : answer->version);
  if (!response) return close({ErrorCode::network_exception, endpoint_.to_string() + ": " + response.error().detail});
  if (retry) {
    int newest = 0;
    for (const auto& api : response->api_keys) {
      if (api.api_key == static_cast<std::int16_t>(ApiKey::api_versions)) newest = api.max_version;
    }
    return negotiate(std::clamp(newest, 0, answer->version - 1));
  }
  if (code != ErrorCode::none) return close({code, endpoint_.to_string() + " refused the connection"});
  versions_ = std::move(response->api_keys);
  state_ = State::ready;
  failures_ = 0;
  trouble_ = {ErrorCode::none, {}};
  deadline_timer_.cancel();
  watching_ = false;
  if (settings_.trace) settings_.trace(endpoint_.to_string() + ": connected");
  changed_();
}

Result<int> Connection::version(ApiKey api, int low, int high) const {
  if (!ready()) return Error{ErrorCode::network_exception, endpoint_.to_string() + ": not connected"};
  for (const auto& known : versions_) {
    if (known.api_key != static_cast<std::int16_t>(api)) continue;
    const int newest = std::min<int>(high, known.max_version);
    if (newest >= std::max<int>(low, known.min_version)) return newest;
    return Error{ErrorCode::unsupported_version, endpoint_.to_string() + " knows " + api_name(api) + " " +
                                                     std::to_string(known.min_version) + " to " +
                                                     std::to_string(known.max_version) + ", not " +
                                                     std::to_string(low) + " to " + std::to_string(high)};
  }
  return Error{ErrorCode::unsupported_version, endpoint_.to_string() + " does not know " + api_name(api)};
}

void Connection::send(EncodedRequest request, Done done) {
  const std::int32_t id = next_correlation_id_++;
  base::store_be(request.bytes.data() + kCorrelationIdAt, id);
  const base::MonoTime deadline = mono_now() + settings_.request_timeout;
  if (request.answered) {
    pending_.push_back({id, request.api, request.version, deadline, std::exchange(done, nullptr)});
  }
  outgoing_.push_back({std::move(request), {}, 0, deadline, std::move(done)});
  outgoing_.back().pieces = pieces_of(outgoing_.back().request);
  write();
  const bool owed = !pending_.empty() || !outgoing_.empty();
  if (owed && ready() && !std::exchange(watching_, true)) watch_deadline(deadline);
}

/// Writes until the socket takes no more, then waits for it. If that fails receive() notices.
void Connection::write() {
  if (waiting_to_write_) return;
  while (!outgoing_.empty() && write_some()) continue;
  if (outgoing_.empty() || close_reason_) return;
  waiting_to_write_ = true;
  socket_.async_wait(asio::socket_base::wait_write, [this](error_code error) {
    if (error || !socket_.is_open()) return;
    waiting_to_write_ = false;
    write();
  });
}

bool Connection::write_some() {
  std::array<asio::const_buffer, kPiecesOfWrite> pieces;
  std::size_t count = 0;
  for (const Outgoing& out : outgoing_) {
    for (std::size_t i = out.next_piece; i < out.pieces.size() && count < pieces.size(); ++i) {
      pieces[count++] = out.pieces[i];
    }
  }
  error_code error;
  const std::size_t size = socket_.write_some(std::span(pieces.data(), count), error);
  if (error && error != asio::error::would_block) {
    close({ErrorCode::network_exception, endpoint_.to_string() + ": " + error.message()});
  }
  discard_written(size);
  return !error;
}

void Connection::discard_written(std::size_t size) {
  while (!outgoing_.empty()) {
    Outgoing& out = outgoing_.front();
    for (; out.next_piece < out.pieces.size(); ++out.next_piece) {
      asio::const_buffer& piece = out.pieces[out.next_piece];
      const std::size_t part = std::min(size, piece.size());
      piece += part;
      size -= part;
      if (piece.size() > 0) return;
    }
    if (out.done) {
      asio::post(context_, [done = std::move(out.done), version = out.request.version] { done(Answer{{}, version}); });
    }
    outgoing_.pop_front();
  }
}

/// When the broker is late with an answer, or with taking a request; never if it owes nothing.
base::MonoTime Connection::first_deadline() const {
  base::MonoTime first = base::MonoTime::never();
  if (!pending_.empty()) first = pending_.front().deadline;
  if (!outgoing_.empty()) first = std::min(first, outgoing_.front().deadline);
  return first;
}

void Connection::watch_deadline(base::MonoTime deadline) {
  deadline_timer_.expires_at(time_point(deadline));
  deadline_timer_.async_wait([this](error_code error) {
    if (!error) on_deadline();
  });
}

void Connection::on_deadline() {
  const auto late = [this](const std::string& what, milliseconds limit) {
    close({ErrorCode::request_timed_out,
           endpoint_.to_string() + ": " + what + " within " + std::to_string(limit.count()) + " ms"});
  };
  if (state_ == State::connecting) return late("no connection", settings_.connect_timeout);
  const base::MonoTime first = first_deadline();
  watching_ = first != base::MonoTime::never();
  if (!watching_) return;
  if (mono_now() < first) return watch_deadline(first);
  const bool unanswered = !pending_.empty() && pending_.front().deadline == first;
  late(unanswered ? "no answer to " + api_name(pending_.front().api)
                  : api_name(outgoing_.front().request.api) + " was not taken",
       settings_.request_timeout);
}

/// Makes serve() end.
void Connection::close(Error reason) {
  close_reason_ = std::move(reason);
  error_code ignored;
  socket_.close(ignored);
  resolver_.cancel();
}

void Connection::end(Error reason) {
  error_code ignored;
  socket_.close(ignored);
  deadline_timer_.cancel();
  state_ = State::pausing;
  ++failures_;
  trouble_ = std::move(reason);
  if (settings_.trace) settings_.trace("disconnected: " + trouble_.to_string());
  versions_.clear();
  waiting_to_write_ = watching_ = false;
  block_ = {};
  begin_ = end_ = 0;
  std::vector<Done> dones;
  for (Outgoing& out : outgoing_) {
    if (out.done) dones.push_back(std::move(out.done));
  }
  for (Pending& pending : pending_) dones.push_back(std::move(pending.done));
  outgoing_.clear();
  pending_.clear();
  for (Done& done : dones) done(trouble_);
  changed_();
}

void Connection::stop() {
  stopping_ = true;
  if (state_ == State::idle) return;
  close({ErrorCode::network_exception, "the client is closed"});
  pause_timer_.cancel();
}

}  // namespace kstream::client
