#pragma once

#include <kstream/ids.h>
#include <kstream/result.h>

#include "base/frame.h"
#include "base/random.h"
#include "base/time.h"
#include "client/async_event.h"
#include "client/request.h"
#include "client/settings.h"
#include "net/asio.h"
#include "protocol/api_versions.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kstream::client {

/// Whom a connection means to reach, for brokers that check it (KIP-1242).
struct Identity {
  std::optional<std::string> cluster_id;
  NodeId node{-1};  ///< -1: whoever is there
};

/// Asks what a broker can do, and says whose client this is.
protocol::ApiVersionsRequest versions_request();

/// The way to one broker: a TCP connection that is made when it is wanted, and made again, after a pause that grows
/// with each failure, when it is wanted again. Requests are pipelined. Lives on the thread of its io_context, which
/// must have no work left when the connection is destroyed; stop() sees to that.
class Connection {
 public:
  /// Called once, never from within send(): with the answer; without a body for a request that has none, once it is
  /// written; or with what broke the connection: NETWORK_EXCEPTION, or REQUEST_TIMED_OUT if `request.timeout.ms`
  /// passed without the answer, or without the broker taking the whole request.
  using Done = std::function<void(Result<Answer>)>;

  /// `changed` is called when a connection was made, was lost or may be tried again.
  Connection(asio::io_context& context, const ClientSettings& settings, Endpoint endpoint, Identity identity,
             base::Random& random, std::function<void()> changed);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Connects, unless that is done, under way or to be waited with.
  void want();
  bool ready() const { return state_ == State::ready; }
  /// Whether an attempt is under way.
  bool connecting() const { return state_ == State::connecting; }
  /// Why the last connection or attempt ended; NONE once another is made.
  const Error& trouble() const { return trouble_; }
  const Endpoint& endpoint() const { return endpoint_; }
  const Identity& identity() const { return identity_; }
  /// Who is there turned out: to be checked when it connects again.
  void identify(Identity identity) { identity_ = std::move(identity); }
  /// The newest version that the broker knows too, of [low, high]; UNSUPPORTED_VERSION; NETWORK_EXCEPTION if not
  /// ready().
  Result<int> version(protocol::ApiKey api, int low, int high) const;

  /// Only if ready().
  void send(EncodedRequest request, Done done);
  /// Answers awaited.
  std::size_t pending() const { return pending_.size(); }

  /// Ends everything for good. Requests are done with NETWORK_EXCEPTION.
  void stop();
  /// After stop(): whether nothing runs any more, so that it may be destroyed.
  bool stopped() const { return stopping_ && state_ == State::idle; }

 private:
  enum class State { idle, connecting, ready, pausing };
  struct Pending {
    std::int32_t correlation_id;
    protocol::ApiKey api;
    std::int16_t version;
    base::MonoTime deadline;
    Done done;
  };
  struct Outgoing {
    EncodedRequest request;
    std::vector<asio::const_buffer> pieces;
    std::size_t next_piece = 0;
    base::MonoTime deadline;
    Done done;  ///< only of requests without answer
  };

  asio::awaitable<void> run();
  asio::awaitable<Error> serve();
  asio::awaitable<std::optional<Error>> connect();
  asio::awaitable<std::optional<Error>> connect_to(asio::ip::tcp::endpoint address);
  void set_options();
  asio::awaitable<Error> receive();
  std::optional<Error> take_frames();
  std::optional<Error> take_frame(base::BytesView frame);
  void make_room();
  void negotiate(int version);
  void on_versions(const Result<Answer>& answer);
  void write();
  bool write_some();
  void discard_written(std::size_t size);
  base::MonoTime first_deadline() const;
  void watch_deadline(base::MonoTime deadline);
  void on_deadline();
  void close(Error reason);
  void end(Error reason);

  asio::io_context& context_;
  const ClientSettings& settings_;
  const Endpoint endpoint_;
  Identity identity_;
  base::Random& random_;
  std::function<void()> changed_;

  State state_ = State::idle;
  bool stopping_ = false;
  int failures_ = 0;
  Error trouble_{ErrorCode::none, {}};
  std::optional<Error> close_reason_;
  asio::ip::tcp::resolver resolver_;
  asio::ip::tcp::socket socket_;
  asio::steady_timer deadline_timer_;
  asio::steady_timer pause_timer_;
  std::vector<protocol::ApiVersionsResponse::ApiVersion> versions_;

  std::int32_t next_correlation_id_ = 0;
  std::deque<Pending> pending_;
  std::deque<Outgoing> outgoing_;
  bool waiting_to_write_ = false;
  bool watching_ = false;  ///< deadline_timer_ runs for a request
  base::Ref<base::Block> block_;
  std::size_t begin_ = 0, end_ = 0;  ///< what is received and not taken, within the block
};

}  // namespace kstream::client
