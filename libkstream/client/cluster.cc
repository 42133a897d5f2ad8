#include "client/cluster.h"

#include <algorithm>
#include <random>
#include <utility>

namespace kstream::client {
namespace {

using base::MonoTime;

/// Before another broker is tried while one does not answer.
constexpr std::chrono::milliseconds kStagger(250);

}  // namespace

Cluster::Cluster(asio::io_context& context, ClientSettings settings, std::function<void()> changed)
    : context_(context),
      settings_(std::move(settings)),
      changed_(std::move(changed)),
      random_(std::random_device()()),
      change_(context),
      wake_(context) {
  for (const Endpoint& endpoint : settings_.bootstrap) bootstrap_.push_back(make_connection(endpoint, {}));
}

std::unique_ptr<Connection> Cluster::make_connection(Endpoint endpoint, Identity identity) {
  return std::make_unique<Connection>(context_, settings_, std::move(endpoint), std::move(identity), random_,
                                      [this] { on_connection_changed(); });
}

bool Cluster::want_topic(std::string_view topic) {
  if (!metadata_.want(topic)) return false;
  urgent_ = true;
  refresh();
  return true;
}

void Cluster::refresh() {
  requested_ = true;
  if (stopping_) return;
  if (!std::exchange(running_, true)) asio::co_spawn(context_, run(), asio::detached);
  wake_.notify();
}

asio::awaitable<void> Cluster::run() {
  co_await asio::post(context_, asio::use_awaitable);  // all that is wanted now is asked for at once
  while (!stopping_) {
    const MonoTime now = mono_now();
    const MonoTime due = next_refresh();
    if (now < due) {
      co_await wake_.wait_until(due);
      continue;
    }
    streak_ = now - last_attempt_ > 2 * settings_.retry.most ? 1 : streak_ + 1;
    last_attempt_ = now;
    urgent_ = requested_ = false;
    const Status status = co_await fetch_metadata();
    trouble_ = status ? Error{ErrorCode::none, {}} : status.error();
    if (status) refreshed_ = mono_now();
    if (!status) requested_ = true;
    announce_change();
  }
}

MonoTime Cluster::next_refresh() const {
  if (urgent_) return {0};
  if (requested_) return last_attempt_ + settings_.retry.after(streak_);
  return refreshed_ + settings_.metadata_max_age;
}

asio::awaitable<Status> Cluster::fetch_metadata() {
  const MonoTime deadline = mono_now() + settings_.request_timeout;
  Result<Connection*> connection = co_await any(deadline);
  if (!connection) co_return connection.error();
  protocol::MetadataRequest request;
  request.allow_auto_topic_creation = settings_.allow_auto_create;
  for (std::string& name : metadata_.wanted()) request.topics->emplace_back().name = std::move(name);
  auto reply = co_await call(*connection, std::move(request), {}, kOldestMetadata);
  if (!reply) co_return reply.error();
  const auto code = static_cast<ErrorCode>(reply->message.error_code);
  if (code == ErrorCode::rebootstrap_required) metadata_.forget_brokers();
  if (code != ErrorCode::none) co_return Error{code, "the brokers refuse to tell of the cluster"};
  metadata_.apply(reply->message);
  std::erase_if(retired_, [](const auto& retired) { return retired->stopped(); });
  co_return Status();
}

Connection* Cluster::connection(NodeId node) {
  const auto broker = metadata_.brokers().find(node);
  if (broker == metadata_.brokers().end()) return nullptr;
  Identity identity{metadata_.cluster_id(), node};
  std::unique_ptr<Connection>& known = nodes_[node];
  if (known && (known->endpoint() != broker->second || known->identity().cluster_id != identity.cluster_id)) {
    retire(std::move(known));
  }
  if (!known) known = take_bootstrap(broker->second, identity);
  if (!known) known = make_connection(broker->second, std::move(identity));
  return known.get();
}

/// The connection to a bootstrap server that is this broker, if there is one already: null if not.
std::unique_ptr<Connection> Cluster::take_bootstrap(const Endpoint& endpoint, const Identity& identity) {
  const auto found = std::ranges::find_if(
      bootstrap_, [&](const auto& connection) { return connection->ready() && connection->endpoint() == endpoint; });
  if (found == bootstrap_.end()) return nullptr;
  auto taken = std::exchange(*found, make_connection(endpoint, {}));
  taken->identify(identity);
  return taken;
}

Connection* Cluster::ready_connection(NodeId node) {
  Connection* found = connection(node);
  if (found && found->ready()) return found;
  if (found) found->want();
  if (!found || found->trouble().code != ErrorCode::none) refresh();
  return nullptr;
}

Status Cluster::reachable(NodeId node) {
  const Connection* found = connection(node);
  if (found && found->ready()) return {};
  wanted_.push_back(node);
  return found ? found->trouble() : Error{ErrorCode::none, {}};
}

void Cluster::connect_wanted() {
  for (NodeId node : std::exchange(wanted_, {})) ready_connection(node);
}

/// A connection may be waited for or be in the middle of a call, so it is stopped now and destroyed later.
void Cluster::retire(std::unique_ptr<Connection> connection) {
  connection->stop();
  retired_.push_back(std::move(connection));
}

asio::awaitable<Result<Connection*>> Cluster::any(MonoTime deadline) {
  for (const auto& [node, broker] : metadata_.brokers()) connection(node);
  std::vector<const Connection*> tried;
  for (;;) {
    if (stopping_) co_return Error{ErrorCode::network_exception, "the client is closed"};
    if (Connection* ready = best_ready()) co_return ready;
    const MonoTime now = mono_now();
    if (now >= deadline) co_return late();
    Connection* next = next_to_try(tried);
    if (next) next->want();
    if (!next && !any_connecting()) {
      Error error = connection_trouble();
      if (error.code == ErrorCode::none) error.code = ErrorCode::network_exception;
      co_return error;
    }
    const MonoTime until = next ? std::min(deadline, now + kStagger) : deadline;
    co_await change_.wait_until(until);
  }
}

Connection* Cluster::best_ready() {
  Connection* best = nullptr;
  for (const auto& [node, connection] : nodes_) {
    if (connection->ready() && (!best || connection->pending() < best->pending())) best = connection.get();
  }
  for (const auto& connection : bootstrap_) {
    if (!best && connection->ready()) best = connection.get();
  }
  return best;
}

/// One that was not tried, at random: of the known brokers, then of the bootstrap servers.
Connection* Cluster::next_to_try(std::vector<const Connection*>& tried) {
  std::vector<Connection*> untried;
  const auto consider = [&](const std::unique_ptr<Connection>& connection) {
    if (std::ranges::find(tried, connection.get()) == tried.end()) untried.push_back(connection.get());
  };
  for (const auto& [node, connection] : nodes_) consider(connection);
  if (untried.empty()) std::ranges::for_each(bootstrap_, consider);
  if (untried.empty()) return nullptr;
  Connection* chosen = untried[random_.below(untried.size())];
  tried.push_back(chosen);
  return chosen;
}

bool Cluster::any_connecting() const {
  return std::ranges::any_of(bootstrap_, [](const auto& c) { return c->connecting(); }) ||
         std::ranges::any_of(nodes_, [](const auto& node) { return node.second->connecting(); });
}

/// What the bootstrap servers say, or else the brokers; NONE with a text if none of them had trouble.
Error Cluster::connection_trouble() const {
  for (const auto& connection : bootstrap_) {
    if (connection->trouble().code != ErrorCode::none) return connection->trouble();
  }
  for (const auto& [node, connection] : nodes_) {
    if (connection->trouble().code != ErrorCode::none) return connection->trouble();
  }
  return {ErrorCode::none, "no connection to " + settings_.bootstrap.front().to_string() + " yet"};
}

Error Cluster::late() const {
  if (trouble_.code != ErrorCode::none) return trouble_;
  const Connection* silent = nullptr;
  const auto consider = [&](const std::unique_ptr<Connection>& connection) {
    if (connection->pending() > 0) silent = connection.get();
  };
  std::ranges::for_each(bootstrap_, consider);
  for (const auto& [node, connection] : nodes_) consider(connection);
  if (silent) return {ErrorCode::request_timed_out, silent->endpoint().to_string() + ": no answer in time"};
  Error error = connection_trouble();
  if (error.code == ErrorCode::none) error.code = ErrorCode::request_timed_out;
  return error;
}

void Cluster::on_connection_changed() {
  for (const auto& [node, connection] : nodes_) {
    if (connection->trouble().code != ErrorCode::rebootstrap_required) continue;
    metadata_.forget_brokers();
    for (auto& [other, retired] : std::exchange(nodes_, {})) retire(std::move(retired));
    refresh();
    break;
  }
  announce_change();
}

void Cluster::announce_change() {
  ++changes_;
  change_.notify();
  if (!stopping_) changed_();
}

asio::awaitable<Result<Answer>> Cluster::exchange(Connection* connection, EncodedRequest request) {
  if (!connection->ready()) co_return connection->trouble();
  std::optional<Result<Answer>> answer;
  asio::steady_timer done(context_, asio::steady_timer::time_point::max());
  connection->send(std::move(request), [&answer, &done](Result<Answer> result) {
    answer = std::move(result);
    done.cancel();
  });
  co_await done.async_wait(kAwaitTuple);
  co_return *std::move(answer);
}

asio::awaitable<void> Cluster::sleep_until(MonoTime time) {
  while (!stopping_ && mono_now() < time) co_await wake_.wait_until(time);
}

void Cluster::stop() {
  stopping_ = true;
  for (const auto& connection : bootstrap_) connection->stop();
  for (const auto& [node, connection] : nodes_) connection->stop();
  change_.notify();
  wake_.notify();
}

}  // namespace kstream::client
