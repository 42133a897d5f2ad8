#pragma once

#include <kstream/ids.h>
#include <kstream/result.h>

#include "base/frame.h"
#include "base/random.h"
#include "base/time.h"
#include "client/async_event.h"
#include "client/connection.h"
#include "client/metadata.h"
#include "client/request.h"
#include "client/settings.h"
#include "net/asio.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

namespace kstream::client {

/// Older brokers cannot be told not to create topics.
inline constexpr int kOldestMetadata = 4;

/// A response, and the bytes into which its `records` fields are views.
template <class Response>
struct Reply {
  Response message;
  base::Slice body;
};

/// The connections of one client and what it knows of the cluster, on the thread of its io_context. Metadata is asked
/// for when a topic is wanted, when something turned out to be out of date, and when it is old; never more often than
/// `retry.backoff.ms` says.
class Cluster {
 public:
  /// `changed` is called when a connection came, went or may be tried again, and when metadata came or did not.
  Cluster(asio::io_context& context, ClientSettings settings, std::function<void()> changed);

  asio::io_context& context() const { return context_; }
  const ClientSettings& settings() const { return settings_; }
  Metadata& metadata() { return metadata_; }

  /// Has metadata of `topic` fetched at once, if it was not wanted before; returns whether that is so.
  bool want_topic(std::string_view topic);
  /// Has metadata fetched as soon as that is allowed.
  void refresh();
  /// Why the last request for metadata failed; NONE if it did not.
  const Error& trouble() const { return trouble_; }
  /// What keeps who has waited until his deadline: trouble(), or who owes an answer, or is not reached.
  Error late() const;

  /// The way to a broker; null if no metadata tells where it is. Valid until the next suspension.
  Connection* connection(NodeId node);
  /// connection(), if it is ready; else sees to it that it will be, or that newer metadata comes, and says null.
  Connection* ready_connection(NodeId node);
  /// Whether ready_connection() is not null; else what went wrong last, NONE if nothing did yet. Changes nothing:
  /// connect_wanted() then makes the connections that were missed.
  Status reachable(NodeId node);
  void connect_wanted();
  /// Some connection that is ready, making one if need be: of the brokers known, then the bootstrap servers.
  /// NETWORK_EXCEPTION: none is in reach; REQUEST_TIMED_OUT.
  asio::awaitable<Result<Connection*>> any(base::MonoTime deadline);

  /// Sends and waits for the answer, in the newest version that the broker knows of [low, high].
  template <class Request>
  asio::awaitable<Result<Reply<typename Request::Response>>> call(Connection* connection, Request request,
                                                                  std::vector<BytesView> batches = {},
                                                                  int low = Request::kMinVersion,
                                                                  int high = Request::kMaxVersion);
  /// The same without an answer: until the request is written.
  template <class Request>
  asio::awaitable<Status> tell(Connection* connection, Request request, std::vector<BytesView> batches, int low,
                               int high);

  asio::awaitable<void> sleep_until(base::MonoTime time);
  /// Until `changed` is called, too.
  asio::awaitable<void> wait_for_change(base::MonoTime deadline) { return change_.wait_until(deadline); }
  /// How often it was called: for who does other things before he waits.
  std::uint64_t changes() const { return changes_; }

  /// Ends everything for good: the io_context runs out of work.
  void stop();
  bool stopping() const { return stopping_; }

 private:
  asio::awaitable<void> run();
  base::MonoTime next_refresh() const;
  asio::awaitable<Status> fetch_metadata();
  std::unique_ptr<Connection> make_connection(Endpoint endpoint, Identity identity);
  std::unique_ptr<Connection> take_bootstrap(const Endpoint& endpoint, const Identity& identity);
  Connection* best_ready();
  Connection* next_to_try(std::vector<const Connection*>& tried);
  bool any_connecting() const;
  Error connection_trouble() const;
  void retire(std::unique_ptr<Connection> connection);
  void on_connection_changed();
  void announce_change();
  template <class Request>
  Result<EncodedRequest> prepare(Connection* connection, const Request& request, std::vector<BytesView> batches,
                                 int low, int high);
  asio::awaitable<Result<Answer>> exchange(Connection* connection, EncodedRequest request);

  asio::io_context& context_;
  const ClientSettings settings_;
  std::function<void()> changed_;
  base::Random random_;
  Metadata metadata_;
  std::vector<std::unique_ptr<Connection>> bootstrap_;
  std::map<NodeId, std::unique_ptr<Connection>> nodes_;
  std::vector<std::unique_ptr<Connection>> retired_;
  std::vector<NodeId> wanted_;
  AsyncEvent change_;
  std::uint64_t changes_ = 0;
  AsyncEvent wake_;

  bool running_ = false;
  bool stopping_ = false;
  bool requested_ = false;  ///< metadata, once the pause allows
  bool urgent_ = false;     ///< metadata, now
  int streak_ = 0;          ///< attempts shortly one after the other
  base::MonoTime last_attempt_{0};
  base::MonoTime refreshed_{0};
  Error trouble_{ErrorCode::none, {}};
};

template <class Request>
Result<EncodedRequest> Cluster::prepare(Connection* connection, const Request& request, std::vector<BytesView> batches,
                                        int low, int high) {
  Result<int> version = connection->version(Request::kApiKey, low, high);
  if (!version) return version.error();
  Result<EncodedRequest> encoded = encode_request(request, *version, settings_.client_id, std::move(batches));
  if (encoded && settings_.trace) {
    settings_.trace(connection->endpoint().to_string() + " < " + trace_name(Request::kApiKey, *version) +
                    request.describe());
  }
  return encoded;
}

template <class Request>
asio::awaitable<Result<Reply<typename Request::Response>>> Cluster::call(Connection* connection, Request request,
                                                                         std::vector<BytesView> batches, int low,
                                                                         int high) {
  using Response = typename Request::Response;
  Result<EncodedRequest> encoded = prepare(connection, request, std::move(batches), low, high);
  if (!encoded) co_return encoded.error();
  const std::string broker = connection->endpoint().to_string();
  Result<Answer> answer = co_await exchange(connection, *std::move(encoded));
  if (!answer) co_return answer.error();
  Result<Response> response = protocol::decoded<Response>(answer->body.bytes, answer->version);
  if (!response) co_return Error{ErrorCode::network_exception, broker + ": " + response.error().detail};
  if (settings_.trace) {
    settings_.trace(broker + " > " + trace_name(Request::kApiKey, answer->version) + response->describe());
  }
  Reply<Response> reply{*std::move(response), std::move(answer->body)};
  co_return reply;
}

template <class Request>
asio::awaitable<Status> Cluster::tell(Connection* connection, Request request, std::vector<BytesView> batches, int low,
                                      int high) {
  Result<EncodedRequest> encoded = prepare(connection, request, std::move(batches), low, high);
  if (!encoded) co_return encoded.error();
  encoded->answered = false;
  Result<Answer> written = co_await exchange(connection, *std::move(encoded));
  if (!written) co_return written.error();
  co_return Status();
}

}  // namespace kstream::client
